import { compare, format, parse } from "tidy-duration";

const LEGS = ["2h 10m", "45m", "1h 5m 30s"];

console.log(`in all   ${format(LEGS.map(parse).reduce((sum, ms) => sum + ms))}`);
console.log(`longest  ${LEGS.toSorted(compare).at(-1)}`);
console.log(`average  ${format(LEGS.map(parse).reduce((sum, ms) => sum + ms) / LEGS.length)}`);
