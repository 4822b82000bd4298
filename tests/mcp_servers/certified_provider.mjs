// An OpenID provider for tests, by oidc-provider, with one confidential client: ours. Whoever comes is let in as the
// account that the cookie `account` names: NAME.GROUP.GROUP is NAME, who is in these groups.
//
//   node certified_provider.mjs PORT BASE_URL ID
import Provider from 'oidc-provider';

const [port, baseUrl, id] = process.argv.slice(2);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'interlock',
      client_secret: 'the-secret-of-interlock-at-the-certified-provider',
      redirect_uris: [`${baseUrl}/auth/callback/${id}`],
      backchannel_logout_uri: `${baseUrl}/auth/backchannel-logout/${id}`,
      backchannel_logout_session_required: true,
    },
  ],
  cookies: { keys: ['for tests only'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  pkce: { required: () => true },
  ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  findAccount: async (_ctx, account) => {
    const [name, ...groups] = account.split('.');
    const email = `${name}@acme.example`;
    return { accountId: account, claims: async () => ({ sub: name, name, email, email_verified: true, groups }) };
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  // Without its own agent, which refuses the addresses of this machine.
  fetch: (url, { method, headers, body }) => fetch(url, { method, headers, body }),
  features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false } },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { params, prompt, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name === 'login') {
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: ctx.cookies.get('account') } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
});

provider.listen(Number(port), '127.0.0.1');
