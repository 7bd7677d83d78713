export { mcpTools } from "./mcp-tools.js";
export type { McpClient, McpTool, McpToolsOptions } from "./mcp-tools.js";
export { mcpPins } from "./pins.js";
export type { McpPins } from "./pins.js";
export { stdioMcpServer } from "./stdio-mcp-server.js";
export type { StdioMcpServer, StdioMcpServerOptions } from "./stdio-mcp-server.js";
