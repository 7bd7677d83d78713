import { describe, expect, it } from "vitest";
import { SingleFlight } from "./single-flight.js";

function flight() {
  const clock = { now: 0 };
  const answers = new SingleFlight<string>({ maxEntries: 10, ttlMs: 100, now: () => clock.now });
  return { answers, clock };
}

const [one, two] = [{}, {}];

describe("SingleFlight", () => {
  it("[EN-131] [5.4] an answer is dropped and published by nobody but its maker", () => {
    const { answers } = flight();
    answers.find("k", one);
    answers.store("k", "by one", { maker: one, isPrivate: true });
    answers.drop("k", one);
    expect(answers.find("k", two)).toEqual({ kind: "mine" });
    // What `one` still does about its own answer is none of the other one's business.
    answers.drop("k", one);
    answers.publish("k", one);
    expect(answers.find("k", one).kind).toBe("wait");
    answers.store("k", "by one", { maker: one, isPrivate: false });
    answers.store("k", "by two", { maker: two, isPrivate: true });
    answers.publish("k", one);
    expect([answers.find("k", one).kind, answers.published()]).toEqual(["wait", []]);
    answers.publish("k", two);
    expect(answers.find("k", one)).toMatchObject({ kind: "hit", value: "by two" });
  });

  it("[EN-131] [5.4] a private answer does not grow old: the run that made it relies on it", () => {
    const { answers, clock } = flight();
    answers.find("k", one);
    answers.store("k", "by one", { maker: one, isPrivate: true });
    clock.now = 1_000;
    expect(answers.find("k", two).kind).toBe("wait");
    answers.publish("k", one);
    expect(answers.find("k", two)).toEqual({ kind: "mine" });
  });
});
