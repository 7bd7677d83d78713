import { stdioMcpServer } from "../stdio-mcp-server.js";

/** Starts the server that it is told of, makes a call, says which process the server is, and then does what it is told. */
const [args = "[]", then = "end"] = process.argv.slice(2);
const server = await stdioMcpServer({
  command: process.execPath,
  args: JSON.parse(args) as string[],
  onStderr: (text) => process.stdout.write(text),
});
const tools = await server.tools();
if (tools.length !== 1) process.exitCode = 3;
if (then === "exit") process.exit();
if (then === "close") {
  await server.close();
  process.stdout.write("closed");
}
