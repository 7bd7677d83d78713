import { createRuntime } from "@car/engine";
import type { Tool } from "@car/ir/ports";
import { httpMcpServer, type HttpMcpServerOptions, type LiveMcpServer } from "@car/tools-mcp";
import {
  ClientCredentialsProvider,
  CrossAppAccessProvider,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthTokens,
  PrivateKeyJwtProvider,
  requestJwtAuthorizationGrant,
} from "@modelcontextprotocol/client";

/**
 * The client that the scenarios are run against: connects to the server whose address is its last argument, and calls each of its tools through a
 * runtime. Plays the person who lets it in, where the server asks for one.
 */
const url = process.argv.at(-1) ?? "";
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const context = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as Record<string, string | undefined>;
/** How often somebody lets it in. */
const MAX_LOGINS = 3;
const PARAMETERS = { a: 5, b: 3 };

class Person implements OAuthClientProvider {
  readonly redirectUrl = "http://localhost:3000/callback";
  readonly clientMetadataUrl = "https://conformance-test.local/client-metadata.json";
  readonly clientMetadata = {
    client_name: "car-tools-mcp",
    redirect_uris: [this.redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
  };
  /** What the authorization server gave, until it is used. */
  given: URLSearchParams | undefined;
  private client: OAuthClientInformationMixed | undefined;
  private kept: OAuthTokens | undefined;
  private verifier = "";
  private discovered: Parameters<NonNullable<OAuthClientProvider["saveDiscoveryState"]>>[0] | undefined;

  constructor({ client_id, client_secret }: typeof context) {
    this.client = client_id === undefined ? undefined : { client_id, client_secret };
  }

  clientInformation = () => this.client;
  saveClientInformation = (client: OAuthClientInformationMixed): void => void (this.client = client);
  tokens = () => this.kept;
  saveTokens = (tokens: OAuthTokens): void => void (this.kept = tokens);
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier: string): void => void (this.verifier = verifier);
  discoveryState = () => this.discovered;
  saveDiscoveryState = (state: typeof this.discovered): void => void (this.discovered = state);

  async redirectToAuthorization(to: URL): Promise<void> {
    const { headers } = await fetch(to, { redirect: "manual" });
    this.given = new URL(headers.get("location") ?? "").searchParams;
  }
}

/** The authorization server that the MCP server names: a scenario starts a new one each time. */
async function issuerOf({ origin, pathname }: URL): Promise<string> {
  const answer = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname === "/" ? "" : pathname}`);
  const { authorization_servers: [first = ""] = [] } = (await answer.json()) as { authorization_servers?: string[] };
  return first;
}

function providerOf(expectedIssuer: string): HttpMcpServerOptions["authProvider"] {
  const { client_id: clientId = "", client_secret: clientSecret = "" } = context;
  if (scenario === "auth/client-credentials-basic")
    return new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer });
  if (scenario === "auth/cross-app-access-complete-flow") return crossApp(clientId, clientSecret, expectedIssuer);
  if (scenario !== "auth/client-credentials-jwt") return new Person(context);
  const { private_key_pem: privateKey = "", signing_algorithm: algorithm = "ES256" } = context;
  return new PrivateKeyJwtProvider({ clientId, privateKey, algorithm, expectedIssuer });
}

/** An identity provider vouches for the person. */
function crossApp(clientId: string, clientSecret: string, expectedIssuer: string): CrossAppAccessProvider {
  const { idp_token_endpoint: tokenEndpoint = "", idp_id_token: idToken = "", idp_client_id: idpClient = "" } = context;
  return new CrossAppAccessProvider({
    clientId,
    clientSecret,
    expectedIssuer,
    assertion: async ({ authorizationServerUrl: audience, resourceUrl: resource, fetchFn }) => {
      const asked = { tokenEndpoint, audience, resource, idToken, clientId: idpClient, fetchFn };
      return (await requestJwtAuthorizationGrant(asked)).jwtAuthGrant;
    },
  });
}

const isUnattended = /client-credentials|cross-app/.test(scenario);
const authProvider = providerOf(isUnattended ? await issuerOf(new URL(url)) : "");
let logins = 0;

/** What the person got for the login, once. */
function given(): { authorizationCode?: URLSearchParams } {
  if (!(authProvider instanceof Person) || authProvider.given === undefined) return {};
  const authorizationCode = authProvider.given;
  authProvider.given = undefined;
  return { authorizationCode };
}

function mayLogIn(): boolean {
  return authProvider instanceof Person && authProvider.given !== undefined && ++logins < MAX_LOGINS;
}

async function connected(): Promise<LiveMcpServer> {
  try {
    return await httpMcpServer({ url, authProvider: authProvider!, ...given() });
  } catch (error) {
    if (mayLogIn()) return connected();
    throw error;
  }
}

async function callAll(tools: readonly Tool[]): Promise<void> {
  const runtime = createRuntime({ tools });
  for (const { schema } of tools) {
    const asked = Object.keys((schema.parameters?.["properties"] ?? {}) as object);
    const parameters = Object.fromEntries(Object.entries(PARAMETERS).filter(([name]) => asked.includes(name)));
    const { results } = await runtime.execute({
      actions: [{ id: "call", type: "tool_call", tool: schema.name, parameters }],
    });
    console.error(schema.name, results[0]?.status, results[0]?.error ?? results[0]?.output);
  }
  await runtime.close();
}

// A call may show that more is allowed to others than to this one.
do {
  const server = await connected();
  await callAll(await server.tools());
  await server.close();
} while (mayLogIn());
