// An authorisation server that clef has no part in, behind the paths of Spotify's accounts service.
//
//     node server.mjs CERTIFICATE KEY
//
// Serves https on a free port of 127.0.0.1, prints its URL, and ends with its standard input. The login and consent pages
// are the provider's own, for development: any name and password will do.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

import { Provider } from 'oidc-provider';

// Standard output is for the URL alone: nobody reads on.
console.info = console.error;

const [certificate, key] = process.argv.slice(2).map((path) => readFileSync(path));
// A native application may redirect to whichever port of the loopback address is free.
const client = {
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    response_types: ['code'],
};

const server = createServer({ cert: certificate, key });
server.listen(0, '127.0.0.1', () => {
    const url = `https://127.0.0.1:${server.address().port}`;
    const provider = new Provider(url, {
        clients: [
            {
                ...client,
                client_id: 'public-client',
                grant_types: ['authorization_code', 'refresh_token'],
                token_endpoint_auth_method: 'none',
            },
            {
                ...client,
                client_id: 'secret-client',
                client_secret: 'the-secret',
                grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
                token_endpoint_auth_method: 'client_secret_basic',
            },
        ],
        routes: { authorization: '/authorize', token: '/api/token' },
        scopes: ['user-read-email', 'playlist-read-private'],
        features: { clientCredentials: { enabled: true } },
        pkce: { required: (context, { clientAuthMethod }) => clientAuthMethod === 'none' },
        // As the accounts service does, without a scope that asks for it.
        issueRefreshToken: () => true,
        // A spent refresh token that comes again ends the grant.
        rotateRefreshToken: true,
        cookies: { keys: ['of a server that lives for one test'] },
    });
    server.on('request', provider.callback());
    console.log(url);
});
process.stdin.on('end', () => process.exit()).resume();
