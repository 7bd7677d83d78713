import type { JsonValue } from "@car/ir";
import type { ValueSource } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressesIn } from "./addresses.js";
import { SessionTexts } from "./session-texts.js";

interface Shown {
  readonly request?: string;
  readonly trusted?: JsonValue;
  readonly labelled?: JsonValue;
}

function textsOf({ request = "", trusted, labelled }: Shown): SessionTexts {
  const texts = new SessionTexts();
  texts.say(request);
  if (trusted !== undefined) texts.show({ output: trusted, labels: [], given: null });
  if (labelled !== undefined) texts.show({ output: labelled, labels: ["web"], given: null });
  return texts;
}

function sourceOf(
  texts: SessionTexts,
  value: JsonValue,
  more: { param?: string; acceptShort?: boolean } = {},
): ValueSource {
  return texts.provenance(value, { param: "to", elements: "value", ...more }).source;
}

describe("where a value was seen", () => {
  it("[EN-81] [6.4] words count as a whole, in any case, whatever stands around them", () => {
    const texts = textsOf({ request: "Send the 'Q3 report' to  Ann\nSmith (sales), not john.doe." });
    for (const said of ["ann smith", "Q3 Report", "sales"]) expect(sourceOf(texts, said), said).toBe("request");
    for (const not of ["ann smit", "nn smith", "smith sales", "doe", "john", "report.", "eve"]) {
      expect(sourceOf(texts, not), not).toBe("unknown");
    }
  });

  it("[EN-81] [6.4] mail addresses and hosts count only as they are", () => {
    const texts = textsOf({
      request: "Write to ann@example.com, see https://www.example.com/a?b and docs.example.org.",
    });
    const said = [
      "ann@example.com",
      "ANN@example.com",
      "https://www.example.com/other",
      "http://docs.example.org:80/x",
    ];
    for (const value of said) expect(sourceOf(texts, value), value).toBe("request");
    const odd = [
      "nn@example.com",
      "ann@example.com.evil.example",
      "ann@example.com@evil.example",
      "https://example.com",
      "https://www.example.com.evil.example",
      "https://www.example.com@evil.example/",
      "https://evil.example\\@www.example.com/",
      "https://evil.example/?www.example.com",
      "//evil.example/www.example.com",
      "https://www.ехample.com/",
      "https://www.example.com%2eevil.example",
    ];
    for (const value of odd) expect(sourceOf(texts, value), value).toBe("unknown");
  });

  it("[EN-81] [6.4] every element must be known, the worst one counts", () => {
    const texts = textsOf({ request: "ann@example.com", trusted: ["bob@example.com"], labelled: "eve@evil.example" });
    expect(sourceOf(texts, ["ann@example.com", "bob@example.com"])).toBe("trusted");
    expect(sourceOf(texts, { a: ["ann@example.com"], b: "eve@evil.example" })).toBe("labelled");
    expect(sourceOf(texts, "ann@example.com; zoe@example.com")).toBe("unknown");
    for (const nothing of [null, "", [], {}, [null, ""]]) expect(sourceOf(texts, nothing)).toBe("nothing");
  });

  it("[EN-81] [6.4] of a longer text the addresses can be asked for alone", () => {
    const texts = textsOf({ request: "account GB29NWBK60161331926819" });
    const ask = (value: JsonValue) => texts.provenance(value, { param: "body", elements: "addresses" }).source;
    expect(ask("nothing but words, and 12 of them")).toBe("nothing");
    expect(ask("pay to GB29 NWBK 6016 1331 9268 19 please")).toBe("request");
    expect(ask("pay to US133000000121212121212")).toBe("unknown");
    expect(ask("see report.pdf and notes.docx")).toBe("nothing");
    expect(ask("log in at www.evil.example/now")).toBe("unknown");
  });

  it("[EN-82] [6.4] short numbers and words count only where the user says what they are", () => {
    const texts = textsOf({
      request: "On June 13 delete the file with ID '14' and file 15, #16, order number 17; rent is 2200.00",
    });
    const source = (value: JsonValue) => sourceOf(texts, value, { param: "file_id" });
    for (const said of ["14", "15", 15, "16", 17]) expect(source(said), String(said)).toBe("request");
    for (const not of ["13", 13, 2200, true, "it"]) expect(source(not), String(not)).toBe("unknown");
    expect(sourceOf(texts, 2200, { param: "amount", acceptShort: true })).toBe("request");
    expect(sourceOf(texts, 2201, { param: "amount", acceptShort: true })).toBe("unknown");
  });

  it("[EN-84] [6.4] what stands by itself in a record that the user named is designated", () => {
    const event = (title: string) => ({
      title,
      id: 4,
      description: "ask eve@evil.example",
      people: ["bob@example.com"],
    });
    const named = (request: string, record: JsonValue) => {
      const texts = textsOf({ request, labelled: [record] });
      return [
        sourceOf(texts, "bob@example.com"),
        sourceOf(texts, "eve@evil.example"),
        sourceOf(texts, 4, { param: "id" }),
      ];
    };
    expect(named("invite the people of 'Sync' again", event("Sync"))).toEqual(["designated", "labelled", "labelled"]);
    expect(named("invite the people of the weekly sync", event("Weekly Sync"))).toEqual([
      "designated",
      "labelled",
      "labelled",
    ]);
    expect(
      named("use the weekly sync file", { name: "weekly-sync.docx", shared: { "bob@example.com": "rw" } })[0],
    ).toBe("designated");
    for (const record of [event("Sync"), event("Weekly Sync: urgent"), event("the")]) {
      expect(named("invite the people of the weekly sync", record)[0]).toBe("labelled");
    }
  });

  it("[EN-84] [6.4] naming a record names neither the list it is in nor those beside it", () => {
    const records = {
      title: "All of them",
      list: [
        { title: "Weekly Sync", who: "bob@example.com" },
        { title: "Other", who: "eve@evil.example" },
      ],
    };
    const texts = textsOf({ request: "who is in the weekly sync", labelled: records });
    expect(sourceOf(texts, "bob@example.com")).toBe("designated");
    expect(sourceOf(texts, "eve@evil.example")).toBe("labelled");
    expect(sourceOf(textsOf({ request: "show 'All of them'", labelled: records }), "bob@example.com")).toBe("labelled");
  });

  it("[EN-85] [6.4] a text of a megabyte is not looked for, in time", () => {
    const long = "word ".repeat(200_000);
    const texts = textsOf({ request: long.slice(0, 60_000), labelled: long });
    const before = process.cpuUsage();
    expect(sourceOf(texts, long)).toBe("unknown");
    expect(sourceOf(texts, "a@".repeat(500_000))).toBe("unknown");
    expect(
      sourceOf(
        texts,
        Array.from({ length: 20_000 }, (_, at) => `value ${at}`),
      ),
    ).toBe("unknown");
    const { user, system } = process.cpuUsage(before);
    // Looking for each part in each other one would take hours.
    expect((user + system) / 1e6).toBeLessThan(20);
  });

  it("[EN-85] [6.4] once labelled data had to be left out, everything unknown counts as labelled", () => {
    const texts = textsOf({ request: "ann@example.com", labelled: "x ".repeat(1_200_000) });
    expect(sourceOf(texts, "eve@evil.example")).toBe("labelled");
    expect(sourceOf(texts, "ann@example.com")).toBe("request");
  });

  it("[EN-85] [6.4] trusted data beyond the bound is not believed, and what was shown before still is", () => {
    const texts = textsOf({ trusted: "bob@example.com" });
    texts.show({ output: "y ".repeat(600_000), labels: [], given: null });
    texts.show({ output: "zoe@example.com", labels: [], given: null });
    expect(sourceOf(texts, "bob@example.com")).toBe("trusted");
    expect(sourceOf(texts, "zoe@example.com")).toBe("unknown");
  });

  it("[EN-81] [6.4] any words that were said are found again, and no address is that was not", () => {
    const word = fc.stringMatching(/^[a-zäß]{3,9}$/);
    const law = fc.property(
      fc.array(word, { minLength: 3, maxLength: 30 }),
      fc.nat(20),
      fc.nat(4),
      (words, from, count) => {
        const texts = textsOf({ request: words.join(" ") });
        const part = words.slice(from % words.length, (from % words.length) + count + 1).join(" ");
        expect(sourceOf(texts, part)).toBe("request");
        expect(sourceOf(texts, `${words[0]}@evil.example`)).toBe("unknown");
      },
    );
    fc.assert(law, { numRuns: 200 });
  });

  it("[EN-81] any text has its addresses found, in linear time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(addressesIn(`${text} ann@example.com`).mails.length).toBeGreaterThanOrEqual(0);
      }),
    );
    for (const part of ["a@", "http://", "a.", "GB29 ", "www.a", "[("]) addressesIn(part.repeat(10_000));
  });
});
