import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonlApprovalStore } from "./jsonl-approval-store.js";
import { requestOf } from "../testing/requests.js";

const folder = mkdtempSync(join(tmpdir(), "car-approvals-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newPath = (): string => join(folder, `${++count}.jsonl`);

const REQUEST = requestOf("r");

describe("jsonlApprovalStore", () => {
  it("[AP-10] is readable by its owner only", async () => {
    const path = newPath();
    await jsonlApprovalStore({ path }).request(REQUEST);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("[AP-11] [8.1] a line that was torn is passed over, wherever it was torn, and nothing else is lost", async () => {
    const path = newPath();
    const store = jsonlApprovalStore({ path });
    await store.request(REQUEST);
    await store.decide("r", { approved: true }, 2);
    const whole = readFileSync(path);
    const end = whole.indexOf("\n") + 1;
    for (let cut = end; cut < whole.length - 1; cut++) {
      const torn = newPath();
      writeFileSync(torn, whole.subarray(0, cut));
      const again = jsonlApprovalStore({ path: torn });
      expect(await again.pending(2)).toEqual([REQUEST]);
      await again.decide("r", { approved: false }, 2);
      const answer = { state: "answered", answer: { approved: false } };
      for (const each of [again, jsonlApprovalStore({ path: torn })]) {
        expect(each.take({ id: "r", subject: "s", run_id: "run", now: 3 })).toEqual(answer);
      }
    }
  });

  it("[AP-11] [8.1] a line without its line feed counts, and the next one begins anew", async () => {
    const path = newPath();
    const store = jsonlApprovalStore({ path });
    await store.request(REQUEST);
    writeFileSync(path, readFileSync(path, "utf8").trimEnd());
    const again = jsonlApprovalStore({ path });
    expect(await again.pending(2)).toEqual([REQUEST]);
    await again.decide("r", { approved: true }, 2);
    for (const each of [again, jsonlApprovalStore({ path })]) {
      expect(each.take({ id: "r", subject: "s", run_id: "run", now: 3 })).toMatchObject({ state: "answered" });
    }
  });

  it("[AP-12] [5.9] a flipped bit anywhere is found, and nothing is approved by it", async () => {
    const path = newPath();
    const store = jsonlApprovalStore({ path });
    await store.request(REQUEST);
    await store.decide("r", { approved: false }, 2);
    const whole = readFileSync(path);
    for (let bit = 0; bit < whole.length * 8; bit += 3) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, bytes);
      // The last line feed is no part of a line: without it the line counts as torn.
      if (bit >> 3 === whole.length - 1) continue;
      expect(() => jsonlApprovalStore({ path }), `bit ${bit}`).toThrow(/line \d+: it is not as it was written/);
    }
  });

  it("[AP-12] names the line, and takes nothing more, when somebody else wrote into the file", async () => {
    const path = newPath();
    const store = jsonlApprovalStore({ path });
    await store.request(REQUEST);
    appendFileSync(path, '{"op":"decide","id":"r","decision":{"approved":true},"at":2,"crc":"00000000"}\n');
    await expect(store.pending(2)).rejects.toMatchObject({ code: "CAR_STORE_CORRUPT" });
    expect(() => store.take({ id: "r", subject: "s", run_id: "run", now: 2 })).toThrow(/line 2/);
  });

  it("[AP-13] [5.9] a path that cannot be written is refused", () => {
    expect(() => jsonlApprovalStore({ path: folder })).toThrow(/were refused/);
    expect(() => jsonlApprovalStore({ path: "/dev/null/x.jsonl" })).toThrow(
      expect.objectContaining({ code: "CAR_STORE_WRITE_FAILED" }),
    );
  });

  it("[AP-14] [5.9] a request too many is refused until some have expired", async () => {
    const { memoryApprovalStore } = await import("../memory-approval-store.js");
    const store = memoryApprovalStore();
    for (let index = 0; index < 10_000; index++) await store.request({ ...REQUEST, id: `r${index}` });
    expect(() => store.request({ ...REQUEST, id: "one more" })).toThrow(/10000 requests/);
    await store.request({ ...REQUEST, id: "later", requested_at: 1_000, expires_at: 2_000 });
    expect(await store.pending(1_000)).toHaveLength(1);
  });
});
