import { ToolSchema } from "@car/ir";
import { z } from "zod";

/** A file, named from the folder of the configuration, or what would be in it. */
const ObjectOrFile = z.union([z.string().min(1), z.record(z.string(), z.json())]);
const Texts = z.record(z.string().min(1), z.string());

/** What the host says of a server's tool, beside what the server says. */
const HostWords = ToolSchema.omit({ description: true, parameters: true, returns: true }).partial();

/** An MCP server: one that is started (`command`), or one that is called (`url`). */
export const Server = z
  .strictObject({
    command: z.string().min(1).optional(),
    args: z.array(z.string()).optional(),
    /** `${env.NAME}` stands for a variable of this process; so it does in `headers`. */
    env: Texts.optional(),
    cwd: z.string().min(1).optional(),
    url: z.url({ protocol: /^https?$/ }).optional(),
    headers: Texts.optional(),
    /** Put before each name. */
    prefix: z.string().optional(),
    /** Only these tools, by the server's names. */
    include: z.array(z.string().min(1)).optional(),
    /** A server whose tools are described in `@car/tools-mcp`, or a JSON file that describes them. */
    described: z.string().min(1).optional(),
    /** By the server's names: what the host says of its tools. */
    tools: z.record(z.string().min(1), HostWords).optional(),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), {
    error: "a server has either a `command` or a `url`",
  })
  .refine(({ url, args, env, cwd }) => url === undefined || (args ?? env ?? cwd) === undefined, {
    error: "`args`, `env` and `cwd` are for a `command`",
  })
  .refine(({ command, headers }) => command === undefined || headers === undefined, {
    error: "`headers` are for a `url`",
  });
export type Server = z.infer<typeof Server>;

/** What `car.config.yaml` may say. Paths are meant from its folder. */
export const Config = z.strictObject({
  /** Modules that export tools. */
  tools: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
  /** MCP servers, by a name for messages. */
  servers: z.record(z.string().min(1), Server).optional(),
  policy: z.string().min(1).optional(),
  state: ObjectOrFile.optional(),
  capabilities: ObjectOrFile.optional(),
  budget: ObjectOrFile.optional(),
  /** A JSONL file that events are appended to. */
  log: z.string().min(1).optional(),
  /** Who may be named by `--principal`; what stands here takes the place of what stands above. */
  principals: z
    .record(
      z.string().min(1),
      z.strictObject({ capabilities: ObjectOrFile.optional(), budget: ObjectOrFile.optional() }),
    )
    .optional(),
});
export type Config = z.infer<typeof Config>;
