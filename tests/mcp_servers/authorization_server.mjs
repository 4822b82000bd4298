// An authorization server for tests, by oidc-provider: dynamic registration, PKCE, resource indicators, rotation of
// refresh tokens with reuse detection, introspection and revocation. Whoever comes is let in as the account that the
// cookie `account` names, and grants everything.
//
//   node authorization_server.mjs PORT JOURNAL DOCUMENTS RESOURCE...
//
// Client id metadata documents at https://interlock.example are fetched from the address DOCUMENTS.
// The journal has one JSON object a line for each request to the token, registration and revocation endpoints.
import { appendFileSync } from 'node:fs';

import Provider from 'oidc-provider';

const [port, journal, documents, ...resources] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const seconds = 3600;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'resource-server',
      client_secret: 'the-secret-of-the-resource-server',
      redirect_uris: [],
      response_types: [],
      grant_types: [],
    },
    {
      client_id: 'agreed',
      client_secret: 'the-secret-that-was-agreed-upon',
      redirect_uris: ['http://127.0.0.1/agreed'],
      grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native',
    },
  ],
  cookies: { keys: ['for tests only'] },
  pkce: { required: () => true },
  scopes: ['openid', 'offline_access', 'tools', 'more'],
  ttl: { AccessToken: seconds, RefreshToken: seconds, Grant: seconds, Session: seconds, Interaction: seconds, IdToken: seconds },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  // Without its own agent, which refuses the addresses of this machine.
  fetch: (url, { method, headers }) => fetch(String(url).replace('https://interlock.example', documents), { method, headers }),
  features: {
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    devInteractions: { enabled: false },
    registration: { enabled: true },
    revocation: { enabled: true, allowedPolicy: async () => true },
    introspection: { enabled: true, allowedPolicy: async () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => undefined,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_ctx, resource) => {
        if (!resources.includes(resource)) throw new Error(`no such resource: ${resource}`);
        return { scope: 'tools more', audience: resource, accessTokenTTL: seconds, accessTokenFormat: 'opaque' };
      },
    },
  },
});

provider.use(async (ctx, next) => {
  await next();
  const { route, body, params } = ctx.oidc ?? {};
  if (['token', 'registration', 'revocation'].includes(route)) {
    const said = { route, status: ctx.status, grant_type: params?.grant_type, resource: params?.resource };
    appendFileSync(journal, `${JSON.stringify({ ...said, error: ctx.body?.error, asked: body })}\n`);
  }
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { params, prompt, session } = await provider.interactionDetails(ctx.req, ctx.res);
  const accountId = ctx.cookies.get('account') ?? 'somebody';
  if (accountId === 'refuses') {
    return provider.interactionFinished(ctx.req, ctx.res, { error: 'access_denied', error_description: 'They said no.' });
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (params.scope) grant.addOIDCScope(params.scope);
  for (const resource of [params.resource].flat().filter(Boolean)) grant.addResourceScope(resource, params.scope ?? '');
  return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
});

provider.listen(Number(port), '127.0.0.1');
