/**
 * Splits milliseconds into amounts of units, which come largest first. All amounts are whole but the last one, which
 * takes what is left.
 */
export function split(ms, units) {
  const last = units.at(-1);
  let rest = ms;
  return units.map((unit) => {
    const amount = unit === last ? rest / unit.ms : Math.floor(rest / unit.ms);
    rest -= amount * unit.ms;
    return { unit, amount };
  });
}
