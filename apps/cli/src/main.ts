#!/usr/bin/env node
import { EXIT } from "./exit-code.js";
import { createAsker } from "./io/asker.js";
import { outputTo } from "./io/output.js";
import { processScreen } from "./io/process-screen.js";
import { runProgram } from "./program.js";

const { screen, end } = processScreen();
const asker = createAsker(screen, process.stdin);
const isTerminal = process.stderr.isTTY;
const code = await runProgram(process.argv.slice(2), (json) =>
  outputTo({ json, interactive: isTerminal && !json }, { screen, asker }),
);
const failure = await end();
const isUnheard = failure !== undefined && failure.code !== "EPIPE";
if (isUnheard) screen.err.write(`car: standard output: ${failure.message}\n`);
// Whatever a tool has left running (a server, a timer, a socket) does not keep the process.
process.exit(isUnheard ? EXIT.unheard : code);
