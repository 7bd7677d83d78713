/** Two tools over a small till: enough to see a run commit, be refused and be undone. */
export function tools() {
  const till = { cash: 100 };
  return [
    {
      schema: {
        name: "pay",
        description: "Takes money out of the till",
        parameters: {
          type: "object",
          properties: { amount: { type: "number", exclusiveMinimum: 0 }, to: { type: "string" } },
          required: ["amount", "to"],
          additionalProperties: false,
        },
        reversibility: "compensable",
        compensation: { tool: "put_back", parameters: { amount: "$parameters.amount" } },
        effects: [{ key: "till", value: "$output.left" }],
      },
      execute: ({ amount, to }) => {
        if (amount > till.cash) return { error: `only ${till.cash} left` };
        till.cash -= amount;
        return { paid: amount, to, left: till.cash };
      },
    },
    {
      schema: {
        name: "put_back",
        description: "Puts money back",
        parameters: { type: "object", properties: { amount: { type: "number" } }, required: ["amount"] },
        reversibility: "reversible",
      },
      execute: ({ amount }) => {
        till.cash += amount;
        return till.cash;
      },
    },
  ];
}
