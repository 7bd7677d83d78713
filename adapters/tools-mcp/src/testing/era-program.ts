import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { eraServer } from "./era-server.js";

serveStdio(eraServer, { legacy: "reject" });
