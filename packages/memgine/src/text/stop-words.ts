/** Words that say nothing about what a text is about. English; a host may bring its own. */
export const STOP_WORDS: readonly string[] = (
  "a an the and or but if then so as at by for from in into of off on onto out over to up with about against between " +
  "during before after above below again is am are was were be been being do does did doing done have has had having i me " +
  "my mine we us our ours you your yours he him his she her hers it its they them their theirs this that these those who " +
  "whom which what when where why how there here not no nor can could will would shall should may might must s t d ll m re " +
  "ve don didn doesn isn aren wasn weren just than too very also any some such own same both each few more most other only"
).split(" ");
