import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as policy from "../index.js";
import { DataRule } from "../rules/data-rule.js";
import type { PolicyRule } from "../rules/compile-rule.js";
import { parsePolicyDocument } from "./parse-policy-document.js";

const guide = readFileSync(new URL("../../../../docs/guides/policy-files.md", import.meta.url), "utf8");

/** The rules of the guide, as code. */
const CODE: Readonly<Record<DataRule["type"], readonly PolicyRule[]>> = {
  deny_tool: [{ ...policy.denyTool("shell"), message: "use the task runner" }],
  deny_tool_param: [
    policy.denyToolParam({ tool: "http_*", param: "url", matches: "^https?://(localhost|169\\.254\\.)" }),
    policy.denyToolParam({ tool: "send_mail", param: "attachments.*.path", contains: ".." }),
    policy.denyToolParam({ tool: "configure", param: ["options", "telemetry.host"], present: true }),
    policy.denyToolParam({ tool: "transfer", param: "amount", gt: 1000 }),
  ],
  allow_tool_param: [
    policy.allowToolParam({ tool: "send_mail", param: "to", oneOf: ["ann@example.com", "bob@example.com"] }),
    policy.allowToolParam({ tool: "send_mail", param: "cc", matches: "^[a-z.]+@example\\.com$", optional: true }),
  ],
  deny_keyword: [
    policy.denyKeyword({ keywords: ["password", "BEGIN PRIVATE KEY"] }),
    policy.denyKeyword({ keywords: ["DROP TABLE"], tools: ["sql_*"], caseSensitive: true }),
  ],
  require_state: [
    policy.requireState({ key: "tests.passed", value: true, tools: ["deploy", "release_*"] }),
    policy.requireState({ key: "plan", trust: "model" }),
  ],
  rate_limit_tool: [policy.rateLimitTool({ tool: "send_mail", maxCalls: 10, intervalMs: 60_000, perPrincipal: true })],
  require_approval: [
    policy.requireApproval("deploy"),
    policy.requireApproval({
      tool: "transfer",
      when: [
        { param: "amount", gte: 100 },
        { state: "account.frozen", equals: false },
      ],
    }),
  ],
  allow_tool: [policy.allowTool("read_*")],
  allow_state: [policy.allowState({ keys: ["notes.*", "summary"], access: "write" })],
  deny_flow: [
    policy.denyFlow({ from: "untrusted", to: [{ tool: "http_request", param: "url" }, "shell"] }),
    policy.denyFlow({ id: "keep_inside", from: ["confidential", "personal"], to: "sinks" }),
  ],
  require_approval_for_flow: [policy.requireApprovalForFlow({ from: "untrusted", to: "deploy*" })],
  trusted_only: [
    policy.trustedOnly({ tool: "transfer", param: "account" }),
    policy.trustedOnly({
      tool: "send_mail",
      param: "body",
      elements: "addresses",
      accept: ["request", "trusted", "designated"],
      after: "untrusted",
      effect: "require_approval",
    }),
    policy.trustedOnly({ tool: "post", param: "text", unknown: "allow", acceptShort: true }),
  ],
  endorse: [policy.endorse({ tool: "virus_scan", removes: ["untrusted"] })],
  max_calls: [policy.maxCalls({ tool: "transfer", max: 3, per: "proposal" })],
  must_precede: [policy.mustPrecede({ first: "run_tests", then: "deploy*" })],
  never_after: [policy.neverAfter({ first: "read_secrets", then: "http_*" })],
  never_together: [policy.neverTogether({ tools: ["read_secrets", "http_*"] })],
  separation_of_duties: [
    policy.separationOfDuties({ tools: ["create_payment", "approve_payment"], param: "payment_id" }),
  ],
};

const blockOf = (section: string, language: string): string =>
  new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(section)?.[1] ?? "";

const sections = guide.split(/^## /m).map((section) => [/^`(\w+)`/.exec(section)?.[1], section] as const);

describe("docs/guides/policy-files.md", () => {
  it("[PO-50] has a section for every type of rule", () => {
    const documented = sections.map(([type]) => type).filter((type) => type !== undefined);
    expect(documented.sort()).toEqual(DataRule.options.map(({ shape }) => shape.type.value).sort());
  });

  for (const [type, expected] of Object.entries(CODE)) {
    it(`[PO-50] [6.2] says ${type} in YAML, TOML and code alike`, () => {
      const section = sections.find(([name]) => name === type)?.[1] ?? "";
      const yaml = `version: 1\nrules:\n${blockOf(section, "yaml")}`;
      const toml = `version = 1\n${blockOf(section, "toml")}`;
      expect(parsePolicyDocument(yaml, { format: "yaml" }).rules).toEqual(expected);
      expect(parsePolicyDocument(toml, { format: "toml" }).rules).toEqual(expected);
      const json = JSON.stringify({ version: 1, rules: expected });
      expect(parsePolicyDocument(json, { format: "json" }).rules).toEqual(expected);
      expect(() => policy.rulePolicy(expected)).not.toThrow();
    });
  }

  it("[PO-50] begins with a whole policy, in both languages", () => {
    const start = sections[0]?.[1] ?? "";
    const document = { version: 1, default: "allow", rules: [policy.denyTool("shell")] };
    expect(parsePolicyDocument(blockOf(start, "yaml"), { format: "yaml" })).toEqual(document);
    expect(parsePolicyDocument(blockOf(start, "toml"), { format: "toml" })).toEqual(document);
  });
});
