/**
 * How to start a server that is made of one line of script per message `m` it gets: `reply(result)` answers it, `refuse(code)` too, `tell(method, params)`
 * sends a notification, and `tools` is its list. `before` runs once, at the start.
 */
export function scriptedServer(onMessage: string, before = ""): { command: string; args: string[] } {
  const script = `
    const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
    const tell = (method, params) => say({ method, params });
    let tools = [{ name: "t", inputSchema: { type: "object" } }];
    ${before}
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const m = JSON.parse(line);
      const reply = (result) => say({ id: m.id, result });
      const refuse = (code) => say({ id: m.id, error: { code, message: "no" } });
      ${onMessage}
      if (m.method === "server/discover") return refuse(-32601);
      if (m.method === "initialize") {
        const capabilities = { tools: { listChanged: true } };
        return reply({ protocolVersion: m.params.protocolVersion, capabilities, serverInfo: { name: "s", version: "1" } });
      }
      if (m.method === "tools/list") return reply({ tools });
    });`;
  return { command: process.execPath, args: ["-e", script] };
}
