export { mcpTools } from "./mcp-tools.js";
export type { McpClient, McpTool, McpToolsOptions } from "./mcp-tools.js";
export { stdioMcpServer } from "./stdio-mcp-server.js";
export type { StdioMcpServer, StdioMcpServerOptions } from "./stdio-mcp-server.js";
