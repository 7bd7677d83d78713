import { builtinModules } from "node:module";
import tseslint from "typescript-eslint";

const TESTS = ["**/*.test.ts", "**/*.test-d.ts", "**/src/**/testing/**"];
const CONFIG_FILES = ["*.ts", "*.js", "{packages,adapters,apps}/*/*.ts"];

/** Syntax that this repository does without; each message says what to write in its place. */
const FORBIDDEN_SYNTAX = [
  { selector: "ExportAllDeclaration", message: "List the names: `export { a, b } from`." },
  { selector: "TSEnumDeclaration", message: "Use a union of string literals." },
  { selector: "TSModuleDeclaration", message: "Use a module." },
  { selector: "TSParameterProperty", message: "Declare the field and assign it." },
];
const NO_DEFAULT_EXPORT = { selector: "ExportDefaultDeclaration", message: "Use a named export." };
const NO_SKIPPED_TEST = {
  selector: "MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|fails)$/]",
  message: "A test runs or does not exist; what an implementation cannot do is said in its manifest.",
};

/** What would make two equal runs differ, or would not run in a browser. Taken as a port or a parameter. */
const AMBIENT_GLOBALS = [
  ...["Date", "performance", "crypto", "process", "fetch", "require", "console", "Buffer"],
  ...["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"],
  ...["WeakRef", "FinalizationRegistry"],
];
const AMBIENT_PROPERTIES = [
  { object: "Math", property: "random", message: "Take a random source." },
  { object: "AbortSignal", property: "timeout", message: "Take a timer source." },
  { property: "localeCompare", message: "Order by code units: locales differ between machines." },
  { property: "toLocaleString", message: "Locales differ between machines." },
];
const NODE_MODULES = `^(node:|(${builtinModules.join("|")})(/|$))`;
const CLOCK_READS = [
  { selector: "CallExpression[callee.name='Date']", message: "Reads the clock." },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Reads the clock." },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: "Reads the clock." },
];

const ambientGlobals = (names) => [
  "error",
  {
    globals: names.map((name) => ({ name, message: "Take a port (Clock, IdSource, ...) or a parameter." })),
    checkGlobalObject: true,
    globalObjects: ["window", "self", "global"],
  },
];

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "**/node_modules/",
      "**/.turbo/",
      "coverage/",
      "apps/example-maintainer/project/",
      "apps/cli/templates/",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-syntax": ["error", ...FORBIDDEN_SYNTAX, NO_DEFAULT_EXPORT, NO_SKIPPED_TEST],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-deprecated": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: true },
      ],
      // An async function without `await` is how a synchronous body meets a port that returns promises.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    name: "size",
    rules: {
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 50 }],
      "max-depth": ["error", 3],
      "@typescript-eslint/max-params": ["error", { max: 4 }],
    },
  },
  {
    name: "a state machine is one idea, with its invariants in the header",
    files: ["packages/engine/src/run/board.ts", "packages/engine/src/run/run.ts", "packages/engine/src/run/finish.ts"],
    rules: { "max-lines": ["error", { max: 400 }] },
  },
  {
    name: "tests",
    files: TESTS,
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": "off",
      // Bad input is the subject of many tests.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
    },
  },
  {
    name: "default exports where a tool asks for one",
    files: CONFIG_FILES,
    rules: { "no-restricted-syntax": ["error", ...FORBIDDEN_SYNTAX] },
  },
  {
    name: "determinism",
    files: ["packages/*/src/**/*.ts"],
    ignores: [...TESTS, "packages/files/**", "packages/*/src/node/**", "packages/engine/src/defaults/**"],
    rules: {
      "no-restricted-globals": ambientGlobals(AMBIENT_GLOBALS),
      "no-restricted-properties": ["error", ...AMBIENT_PROPERTIES],
      "no-restricted-imports": ["error", { patterns: [{ regex: NODE_MODULES, message: "Runs in a browser too." }] }],
    },
  },
  {
    name: "formatting of a given instant",
    files: ["packages/ir/src/time/**/*.ts"],
    ignores: TESTS,
    rules: {
      "no-restricted-globals": ambientGlobals(AMBIENT_GLOBALS.filter((name) => name !== "Date")),
      "no-restricted-syntax": ["error", ...FORBIDDEN_SYNTAX, NO_DEFAULT_EXPORT, ...CLOCK_READS],
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
