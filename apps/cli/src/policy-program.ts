import type { Command } from "commander";
import { policyCheckCommand } from "./commands/policy-check.js";
import { policyDiffCommand } from "./commands/policy-diff.js";
import { policyExplainCommand } from "./commands/policy-explain.js";
import { policyReplayCommand } from "./commands/policy-replay.js";
import { policyTestCommand } from "./commands/policy-test.js";
import type { Act, WithJson } from "./act.js";

/** Adds `car policy ...`. */
export function addPolicyCommands(program: Command, act: Act): void {
  const policy = program.command("policy").description("work on a policy file; nothing is run");
  const add = (name: string): Command => policy.command(name).option("--json", "print JSON");
  add("check")
    .argument("<policy>")
    .description("say what is wrong with a policy, and what is odd about it")
    .option("--config <file>", "the configuration")
    .option("--no-config", "use no configuration")
    .option("--tools <module>", "a module that exports `tools`: also warn of tools that do not exist")
    .action(act(policyCheckCommand));
  add("test")
    .argument("<policy>")
    .argument("<cases>", "cases in YAML, TOML or JSON")
    .description("ask a policy about cases whose decision is known")
    .action((path: string, cases: string, options: WithJson) => act(policyTestCommand)(path, { ...options, cases }));
  add("explain")
    .argument("<policy>")
    .description("say what every rule says of an action, and what would have to change")
    .requiredOption("--action <json>", "the action: JSON, or a JSON file")
    .option("--state <file>", "state that the host or a tool wrote, a JSON object")
    .option("--situation <file>", "a JSON object with history, labels, sources, principal as in a case")
    .action(act(policyExplainCommand));
  add("diff")
    .argument("<old>")
    .argument("<new>")
    .description("say whether a change lets more through, less, or both, with examples")
    .action((old: string, changed: string, options: WithJson) => act(policyDiffCommand)(old, { ...options, changed }));
  add("replay")
    .argument("<log>")
    .description("list the decisions of a log that another policy would make otherwise")
    .option("--config <file>", "the configuration")
    .option("--no-config", "use no configuration")
    .option("--policy <file>", "the other policy")
    .option("--tools <module>", "a module that exports `tools`, for a log that does not have their schemas")
    .action(act(policyReplayCommand));
}
