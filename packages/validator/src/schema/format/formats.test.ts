import { describe, expect, it } from "vitest";
import { createSchemaCompiler } from "../create-schema-compiler.js";
import { refusing } from "../testing/both-paths.js";

const cases: Readonly<Record<string, readonly [valid: readonly string[], invalid: readonly string[]]>> = {
  date: [
    ["2024-02-29", "2000-02-29", "1999-12-31"],
    ["2023-02-29", "1900-02-29", "2024-13-01", "2024-04-31", "2024-1-1", "2024-01-00", "24-01-01"],
  ],
  time: [
    ["12:00:00Z", "23:59:59.999+01:30", "23:59:60Z", "15:59:60-08:00"],
    ["24:00:00Z", "12:60:00Z", "12:00:60Z", "12:00:00", "12:00:00+24:00", "23:59:61Z", "12:00:00.Z"],
  ],
  "date-time": [
    ["2024-02-29T12:00:00Z", "2024-02-29t12:00:00z"],
    ["2024-02-29 12:00:00Z", "2024-02-30T12:00:00Z", "2024-02-29T25:00:00Z", "2024-02-29"],
  ],
  duration: [
    ["P1Y2M3DT4H5M6S", "PT0S", "P4W", "P1D"],
    ["P", "PT", "P1W1D", "P1Y2D", "1D", "P-1D", "PT1D"],
  ],
  email: [
    ["a.b+c@example.org", '"a b"@example.org', "a@[127.0.0.1]", "a@[IPv6:::1]"],
    ["a", "@b", "a@", "a..b@c", ".a@b", "a b@c", "a@b@c", "a@-b"],
  ],
  hostname: [
    ["localhost", "a-1.example.org"],
    ["-a", "a-", "a..b", "a_b", "", `${"a".repeat(64)}.org`, "a.".repeat(127) + "abc"],
  ],
  ipv4: [
    ["0.0.0.0", "255.255.255.255"],
    ["256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.a"],
  ],
  ipv6: [
    ["::", "::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::8", "1:2:3:4:5:6:1.2.3.4"],
    ["1:2:3", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "::1.2.3", "1.2.3.4::", "::1%eth0"],
  ],
  uri: [
    ["https://user@a.example:80/b/c?d=e#f", "urn:x:y", "mailto:a@b.example", "http://[::1]/", "a:"],
    ["//a", "a b", "http://a b", "http://[1]/", "http://a:b/", "1a:b", "http://a/%zz", "http://a/{b}", ":a"],
  ],
  "uri-reference": [
    ["../a", "#f", "", "a/b:c"],
    ["a b", "\\a", "1:b"],
  ],
  uuid: [
    ["2EB8AA08-aa98-11ea-b4aa-73b441d16380"],
    ["2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g"],
  ],
  "json-pointer": [
    ["", "/a/0", "/~0~1", "/"],
    ["a", "/~", "/~2"],
  ],
  "relative-json-pointer": [
    ["0", "1/a", "0#", "2+1/a"],
    ["", "01", "/a", "0##", "-1/a", "0/~"],
  ],
  regex: [
    ["^a{1,2}$", "\\p{L}"],
    ["(", "a**"],
  ],
};

describe("format", () => {
  for (const [format, [valid, invalid]] of Object.entries(cases)) {
    it(`[VA-23] takes what is a ${format}, when asked to look`, () => {
      expect(valid.filter((text) => refusing({ format }, text, { formats: "assert" }).length > 0)).toEqual([]);
    });

    it(`[VA-23] refuses what is no ${format}, when asked to look`, () => {
      expect(invalid.filter((text) => refusing({ format }, text, { formats: "assert" }).length === 0)).toEqual([]);
    });
  }

  it("[2.1] [VA-30] looks at 200,000 hostile characters at once", () => {
    const texts = ["a", "1", "a.", "-", ":", "%41", "@", "~", "/~0", '"', "P1Y", "[", "0:"].map((unit) =>
      unit.repeat(200_000),
    );
    const before = performance.now();
    for (const format of Object.keys(cases)) {
      const compiled = createSchemaCompiler({ formats: "assert" }).compile({ format });
      for (const text of texts) expect(compiled.check(`${text}!`).length).toBeLessThan(2);
    }
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});
