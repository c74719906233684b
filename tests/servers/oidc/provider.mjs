// An OpenID provider for tests: node provider.mjs PORT REDIRECT_URI. Anybody signs in with any password, and the groups of a
// person are the parts of the name: "ada.it" is in the group "it".
import { Provider } from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "wallflower",
      client_secret: process.env.OIDC_SECRET,
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [redirectUri.replace("/single-sign-on/answer", "")],
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], groups: ["groups"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: `Name of ${id}`, preferred_username: id, groups: id.split(".").slice(1) }),
  }),
});
provider.listen(Number(port), "127.0.0.1");
