export { mcpTools } from "./mcp-tools.js";
export type { McpClient, McpTool, McpToolsOptions } from "./mcp-tools.js";
export { describedServer, loadServerDescription } from "./server-description.js";
export type { DescribedServer, DescribedTool, DescriptionValues, ServerDescription } from "./server-description.js";
export { mcpPins } from "./pins.js";
export type { McpPins } from "./pins.js";
export { stdioMcpServer } from "./stdio-mcp-server.js";
export type { StdioMcpServer, StdioMcpServerOptions } from "./stdio-mcp-server.js";
