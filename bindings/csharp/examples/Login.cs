using System;
using System.Net.Http;
using System.Threading.Tasks;
using Clef;

static class Login {
    static async Task Main(string[] args) { // your client id; the sandbox's URL, to do without an account
        string sandbox = args.Length > 1 ? args[1] : null, api = sandbox ?? "https://api.spotify.com";
        var spotify = new Credentials(args[0], redirectUri: "http://127.0.0.1/callback");
        Credentials credentials = sandbox == null ? spotify : spotify.WithAccountsUrl(sandbox);
        RefreshingToken token = await credentials.LogInAsync(new ScopeSet(Scope.UserReadEmail));
        var http = new HttpClient(new AuthorisationHandler(token, new Uri(api)));
        Console.WriteLine(await http.GetStringAsync(api + "/v1/me"));
    }
}
