import type { JsonObject } from "@car/ir";
import { ALLOW, type Decision, type PolicyEngine, type PolicyRequest, type PolicyStateView } from "@car/ir/ports";
import { referencePolicy } from "../policy/reference-policy.js";

/** How an engine is broken: it answers, with the sound engine for the same document at hand. */
type BrokenCheck = (sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView) => Decision;

/** How the names of the tests begin that must reject it, what is broken, and the broken engine. */
export const BROKEN_POLICIES: readonly (readonly [string, string, (document: JsonObject) => PolicyEngine])[] = [
  ["[PO-2] ", "lets the first match win", firstMatchWins],
  ["[PO-4] ", "lets the first match win", firstMatchWins],
  [
    "[PO-1] ",
    "forgets the default",
    ({ version, rules }) => referencePolicy({ version: version ?? 1, rules: rules ?? [] }),
  ],
  ["[PO-3] ", "reports the first violation only", broken(oneReason)],
  ["[PO-5] ", "lets through what it fails on", broken(openOnFailure)],
  ["[PO-8] ", "quotes what it found", broken(quoting)],
  ["[PO-11] ", "names no keys", (document) => ({ ...referencePolicy(document), keysRead: () => [] })],
  ["[PO-22] ", "takes inherited members for parameters", broken(withInherited)],
  ["[PO-24] ", "looks at the outermost texts only", broken(shallow)],
  ["[PO-27] ", "trusts what a model wrote", broken(trusting)],
  ["[PO-28] ", "counts in fixed windows", broken(fixedWindows)],
  ["[PO-29] ", "takes a slot for a call it denies", broken(countingDenials)],
  [
    "[PO-29] ",
    "takes a slot whenever it is asked",
    broken((sound, request, state) => asked(sound, { ...request, mode: "decide" }, state)),
  ],
  ["[PO-40] [6.2] the pattern ^(a+)+$", "backtracks", (document) => referencePolicy(document)],
  ["[PO-41] ", "finds out about a bad pattern when it is used", (document) => referencePolicy(document)],
  ["[PO-42] ", "gives up on a long text and lets it through", broken(openOnLength)],
];

/** The same for engines that may have a language of their own. */
export const BROKEN_ENGINES: readonly (readonly [string, string, () => PolicyEngine])[] = [
  ["[PO-12] ", "has effects of its own", () => engine(() => ({ effect: "maybe", reasons: [] }) as unknown as Decision)],
  ["[PO-12] ", "denies without a reason", () => engine(() => ({ effect: "deny", reasons: [] }))],
  ["[PO-12] ", "throws at what is not JSON", () => engine(({ parameters }) => (JSON.stringify(parameters), ALLOW))],
  ["[PO-10] ", "has no version", () => ({ ...engine(() => ALLOW), version: "" })],
  [
    "[PO-6] ",
    "writes into the request",
    () => engine(({ parameters }) => (Object.assign(parameters, { seen: true }), ALLOW)),
  ],
  ["[PO-6] ", "changes its mind", forgetful],
];

function broken(check: BrokenCheck): (document: JsonObject) => PolicyEngine {
  return (document) => {
    const sound = referencePolicy(document);
    return { ...sound, check: (request, state) => check(sound, request, state) };
  };
}

function asked(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  return sound.check(request, state) as Decision;
}

function firstMatchWins(document: JsonObject): PolicyEngine {
  const rules = document["rules"] as readonly JsonObject[];
  const single = rules.map((rule) => referencePolicy({ ...document, rules: [rule] }));
  const check = (request: PolicyRequest, state: PolicyStateView): Decision =>
    single.map((one) => asked(one, request, state)).find(({ effect }) => effect !== "allow") ?? ALLOW;
  return { ...referencePolicy(document), check };
}

function oneReason(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  const { effect, reasons } = asked(sound, request, state);
  return { effect, reasons: reasons.slice(0, 1) };
}

function openOnFailure(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  let hasFailed = false;
  const decision = asked(sound, request, {
    get(key, options) {
      try {
        return state.get(key, options);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    },
  });
  return hasFailed ? ALLOW : decision;
}

function quoting(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  const { effect, reasons } = asked(sound, request, state);
  const found = JSON.stringify(request.parameters);
  return { effect, reasons: reasons.map((reason) => ({ ...reason, message: `${reason.message}: ${found}` })) };
}

function withInherited(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  return asked(sound, { ...request, parameters: { toString: "inherited", ...request.parameters } }, state);
}

function shallow(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  const texts = Object.entries(request.parameters).filter(([, value]) => typeof value === "string");
  return asked(sound, { ...request, parameters: Object.fromEntries(texts) }, state);
}

function trusting(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  return asked(sound, request, { get: (key) => state.get(key, { trust: "model" }) });
}

function fixedWindows(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  return asked(sound, { ...request, now: Math.floor(request.now / 100) * 100 }, state);
}

function countingDenials(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  const decision = asked(sound, request, state);
  if (decision.effect === "deny") asked(sound, { ...request, parameters: {} }, state);
  return decision;
}

function openOnLength(sound: PolicyEngine, request: PolicyRequest, state: PolicyStateView): Decision {
  return JSON.stringify(request.parameters).length > 1_000_000 ? ALLOW : asked(sound, request, state);
}

function engine(check: (request: PolicyRequest) => Decision): PolicyEngine {
  return { version: "1", supports: { rateLimits: false }, check };
}

function forgetful(): PolicyEngine {
  let count = 0;
  return engine(() => (++count % 7 === 0 ? { effect: "deny", reasons: [{ policy_id: "odd", message: "no" }] } : ALLOW));
}
