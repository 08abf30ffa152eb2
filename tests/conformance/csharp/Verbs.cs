using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Clef;
using Clef.Callbacks;

namespace Conformance
{
    /// <summary>The verbs, each by the call that a program in C# would write.</summary>
    internal static partial class Verbs
    {
        private const string StartPrefix = "start_";

        private static readonly Dictionary<string, Verb> All = new Dictionary<string, Verb>
        {
            // The sandbox.
            { "sandbox_settings", new Verb("json", step => Done(
                () => step.Play.Sandbox.Post("/sandbox/settings", step.Text("json")))) },
            { "sandbox_fault", new Verb("json", step => Done(
                () => step.Play.Sandbox.Post("/sandbox/faults", step.Text("json")))) },
            { "sandbox_clear_faults", new Verb("", step => Done(
                () => step.Play.Sandbox.Delete("/sandbox/faults"))) },
            { "sandbox_clock", new Verb("advance", step => Done(
                () => step.Play.Sandbox.Post("/sandbox/clock", $"{{\"advance\": {step.Number("advance")}}}"))) },
            { "sandbox_revoke", new Verb("", step => Done(
                () => step.Play.Sandbox.Post("/sandbox/revoke", "{}"))) },
            { "sandbox_count", new Verb("grant_type", step => Fields.Of(
                step.Play.Sandbox.Count(step.Text("grant_type", null)))) },
            { "sandbox_await", new Verb("count grant_type", step => Done(
                () => step.Play.Sandbox.AwaitCount(step.Number("count"), step.Text("grant_type", null)))) },
            { "log_in", new Verb("url decision", step => step.Play.Sandbox.LogIn(
                step.Text("url"), step.Text("decision", "approve"))) },
            { "web_api", new Verb("access_token", step => step.Play.Sandbox.WebApi(step.Text("access_token"))) },
            { "visit", new Verb("url", step => step.Play.Sandbox.Visit(step.Text("url"))) },

            // Texts and files.
            { "text", new Verb("value", step => step.Text("value")) },
            { "between", new Verb("text after before", Between) },
            { "now", new Verb("", step => Fields.Of(DateTimeOffset.UtcNow)) },
            { "sum", new Verb("a b", step => Fields.Of(step.Number("a") + step.Number("b"))) },
            { "write_file", new Verb("path text", WriteFile) },

            // Helpers and scopes.
            { "gen_state", new Verb("bytes", step => Redirect.GenerateState((int)step.Number("bytes"))) },
            { "parse_code_from_url", new Verb("url", step => Redirect.ParseCode(step.Text("url"))) },
            { "parse_state_from_url", new Verb("url", step => Redirect.ParseState(step.Text("url"))) },
            { "version", new Verb("", step => ClefVersion.Text) },
            { "scopes_parse", new Verb("names", step => step.Scopes(Needed(step, "names")).ToString()) },
            { "scopes_known", new Verb("names", ScopesKnown) },
            { "scopes_read", new Verb("", step => ScopeSet.Read.ToString()) },
            { "scopes_write", new Verb("", step => ScopeSet.Write.ToString()) },
            { "scopes_every", new Verb("", step => ScopeSet.Every.ToString()) },
            { "scopes_union", new Verb("a b", step => (A(step) + B(step)).ToString()) },
            { "scopes_difference", new Verb("a b", step => (A(step) - B(step)).ToString()) },
            { "scopes_count", new Verb("a", step => Fields.Of(A(step).Count)) },
            { "scopes_contain", new Verb("a name", step => Fields.Of(A(step).Contains(step.Text("name")))) },
            { "scopes_subset", new Verb("a b", step => Fields.Of(A(step).IsSubsetOf(B(step)))) },
            { "scopes_equal", new Verb("a b", step => Fields.Of(A(step) == B(step))) },

            // Senders.
            { "http_sender", new Verb("timeout_ms connect_timeout_ms user_agent", HttpSender) },
            { "retrying_sender", new Verb("sender retries max_wait_ms", step => SenderOf(step, "sender").Retrying(
                (int)step.Number("retries"), TimeSpan.FromMilliseconds(step.Number("max_wait_ms")))) },
            { "custom_sender", new Verb("status body header header2 failure sent message forward carry", NewCustomSender) },

            // Credentials and token requests.
            { "credentials", new Verb("client_id secret redirect_uri sender accounts_url", NewCredentials) },
            { "with_redirect_uri", new Verb("credentials redirect_uri", step => Credentials(step).WithRedirectUri(
                step.Text("redirect_uri"))) },
            { "with_accounts_url", new Verb("credentials accounts_url", step => Credentials(step).WithAccountsUrl(
                step.Text("accounts_url"))) },
            { "user_authorisation_url", new Verb("credentials scopes state show_dialog", step => Credentials(step)
                .UserAuthorisationUrl(step.Scopes("scopes"), step.Text("state", null), step.AuthorisationFlags())) },
            { "pkce_user_authorisation", new Verb("credentials scopes state verifier_bytes show_dialog", step =>
                Credentials(step).PkceUserAuthorisation(step.Scopes("scopes"), step.Text("state", null),
                    (int)step.Number("verifier_bytes", 32), step.AuthorisationFlags())) },
            { "request_client_token", new Verb("credentials refreshing", step => Refreshing(step,
                credentials => credentials.RequestClientToken(),
                credentials => credentials.RequestClientToken())) },
            { "request_user_token", new Verb("credentials code refreshing", step => Refreshing(step,
                credentials => credentials.RequestUserToken(step.Text("code")),
                credentials => credentials.RequestUserToken(step.Text("code")))) },
            { "request_pkce_token", new Verb("credentials code verifier refreshing", step => Refreshing(step,
                credentials => credentials.RequestPkceToken(step.Text("code"), step.Text("verifier")),
                credentials => credentials.RequestPkceToken(step.Text("code"), step.Text("verifier")))) },
            { "refresh_user_token", new Verb("credentials refresh_token refreshing", step => Refreshing(step,
                credentials => credentials.RefreshUserToken(step.Text("refresh_token")),
                credentials => credentials.RefreshUserToken(step.Text("refresh_token")))) },
            { "refresh_pkce_token", new Verb("credentials refresh_token refreshing", step => Refreshing(step,
                credentials => credentials.RefreshPkceToken(step.Text("refresh_token")),
                credentials => credentials.RefreshPkceToken(step.Text("refresh_token")))) },
            { "refresh", new Verb("credentials token", step => Credentials(step).Refresh(step.Object<Token>("token"))) },
            { "prepare_client_token", new Verb("credentials", step => Credentials(step).PrepareClientToken()) },
            { "prepare_user_token", new Verb("credentials code", step => Credentials(step).PrepareUserToken(
                step.Text("code"))) },
            { "prepare_pkce_token", new Verb("credentials code verifier", step => Credentials(step).PreparePkceToken(
                step.Text("code"), step.Text("verifier"))) },
            { "prepare_refresh_user_token", new Verb("credentials refresh_token", step => Credentials(step)
                .PrepareRefreshUserToken(step.Text("refresh_token"))) },
            { "prepare_refresh_pkce_token", new Verb("credentials refresh_token", step => Credentials(step)
                .PrepareRefreshPkceToken(step.Text("refresh_token"))) },
            { "prepare_refresh", new Verb("credentials token", step => Credentials(step).PrepareRefresh(
                step.Object<Token>("token"))) },
            { "send", new Verb("request", step => Request(step).Send()) },
            { "carry", new Verb("request", Carry) },
            { "finish", new Verb("request status body header header2", step => Request(step).Finish(Response(step))) },
            { "shortcut_client_token", new Verb("client_id secret sender", step => Tokens.RequestClientToken(
                step.Text("client_id"), step.Text("secret"), SenderOf(step, "sender"))) },
            { "shortcut_refresh_user_token", new Verb("client_id secret refresh_token sender", step =>
                Tokens.RefreshUserToken(step.Text("client_id"), step.Text("secret"), step.Text("refresh_token"),
                    SenderOf(step, "sender"))) },
            { "shortcut_refresh_pkce_token", new Verb("client_id refresh_token sender", step =>
                Tokens.RefreshPkceToken(step.Text("client_id"), step.Text("refresh_token"), SenderOf(step, "sender"))) },

            // Tokens.
            { "token_from_json", new Verb("json pkce", step => Token.FromJson(step.Text("json"), step.Flag("pkce"))) },
            { "token_from_tekore_config", new Verb("config section pkce", step => Token.FromTekoreConfig(
                step.Text("config").Replace("\\n", "\n"), step.Text("section", null), step.Flag("pkce"))) },
            { "with_authorised_at", new Verb("token at", step => step.Object<Token>("token").WithAuthorisedAt(
                DateTimeOffset.FromUnixTimeSeconds(step.Number("at")))) },
            { "missing_scopes", new Verb("token scopes", step => step.Object<Token>("token").MissingScopes(
                step.Scopes("scopes")).ToString()) },

            // Logins.
            { "user_auth", new Verb("credentials scopes pkce show_dialog", step => new UserAuth(
                Credentials(step), step.Scopes("scopes"), step.AuthorisationFlags())) },
            { "resume", new Verb("credentials state verifier pkce", step => UserAuth.Resume(
                Credentials(step), step.Text("state"), step.Text("verifier", null), step.AuthorisationFlags())) },
            { "request_token", new Verb("auth code state refreshing", step => step.Flag("refreshing")
                ? (object)Auth(step).RequestRefreshingToken(step.Text("code"), step.Text("state"))
                : Auth(step).RequestToken(step.Text("code"), step.Text("state"))) },
            { "request_token_from_url", new Verb("auth url refreshing", step => step.Flag("refreshing")
                ? (object)Auth(step).RequestRefreshingTokenFromUrl(step.Text("url"))
                : Auth(step).RequestTokenFromUrl(step.Text("url"))) },
            { "prepare_token", new Verb("auth code state", step => Auth(step).PrepareToken(
                step.Text("code"), step.Text("state"))) },
            { "prepare_token_from_url", new Verb("auth url", step => Auth(step).PrepareTokenFromUrl(step.Text("url"))) },
            { "redirect_listener", new Verb("uri", step => new RedirectListener(step.Text("uri"))) },
            { "redirect_wait", new Verb("listener state timeout_ms", step => Listener(step).Wait(
                step.Text("state", null), step.Milliseconds("timeout_ms", 20000))) },
            { "redirect_cancel", new Verb("listener", step => Done(() => Listener(step).Cancel())) },
            { "redirect_wait_twice", new Verb("listener", RedirectWaitTwice) },
            { "redirect_free", new Verb("listener", step => Done(() => Listener(step).Dispose())) },
            { "login", new Verb("credentials user scopes pkce show_dialog timeout_ms store account", step =>
                LogInAsync(step, CancellationToken.None).GetAwaiter().GetResult()) },
            { "prompt", new Verb("credentials", Prompt) },

            // Refreshing tokens.
            { "refreshing_token", new Verb("token credentials", step => new RefreshingToken(
                step.Object<Token>("token"), Credentials(step))) },
            { "access_token", new Verb("token concurrently", AccessToken) },
            { "try_access_token", new Verb("token", TryAccessToken) },
            { "snapshot", new Verb("token", step => Refreshing(step).Current) },
            { "refresh_now", new Verb("token", step => Done(() => Refreshing(step).Refresh())) },
            { "invalidate", new Verb("token access_token", step => Done(
                () => Refreshing(step).Invalidate(step.Text("access_token")))) },
            { "keep_fresh", new Verb("token", KeepFresh) },
            { "listen", new Verb("token answers", Listen) },
            { "listen_no_more", new Verb("token", step => Done(() => Refreshing(step).RemoveListener())) },
            { "wait_for_itself", new Verb("credentials", WaitForItself) },

            // Stores.
            { "file_store", new Verb("directory", step => TokenStore.InDirectory(step.Text("directory"))) },
            { "save", new Verb("store credentials token account", step => Done(() => Store(step).Save(
                Credentials(step), step.Object<Token>("token"), step.Text("account", null)))) },
            { "load", new Verb("store credentials account", step => Store(step).Load(
                Credentials(step), step.Text("account", null))) },
            { "remove", new Verb("store credentials account", step => Done(() => Store(step).Remove(
                Credentials(step), step.Text("account", null)))) },
            { "accounts", new Verb("store credentials", step => Store(step).GetAccounts(Credentials(step))) },
            { "open", new Verb("store credentials account", step => Store(step).Open(
                Credentials(step), step.Text("account", null))) },
            { "attach", new Verb("token store account", step => Done(() => Refreshing(step).Attach(
                Store(step), step.Text("account", null)))) },

            // In the background, and in other processes.
            { "wait", new Verb("work", step => step.Object<Work>("work").Wait()) },
            { "cancel", new Verb("work", step => Done(() => step.Object<Work>("work").Cancel())) },
            { "in_another_process", new Verb(null, Processes.Run) },
            { "give", new Verb("text", step => Done(() => Console.WriteLine("given " + step.Text("text")))) },
        };

        private static readonly Dictionary<string, Func<Step, CancellationToken, Task<object>>> InBackground =
            new Dictionary<string, Func<Step, CancellationToken, Task<object>>>
            {
                { "access_token", async (step, cancellation) =>
                    await Refreshing(step).GetAccessTokenAsync(cancellation) },
                { "refresh_now", async (step, cancellation) =>
                {
                    await Refreshing(step).RefreshAsync(cancellation);
                    return "";
                } },
                { "send", async (step, cancellation) => step.Play.Keep(await Request(step).SendAsync(cancellation)) },
                { "request_token", async (step, cancellation) => step.Flag("refreshing")
                    ? step.Play.Keep((object)await Auth(step).RequestRefreshingTokenAsync(
                        step.Text("code"), step.Text("state"), cancellation))
                    : step.Play.Keep(await Auth(step).RequestTokenAsync(
                        step.Text("code"), step.Text("state"), cancellation)) },
                { "request_token_from_url", async (step, cancellation) => step.Flag("refreshing")
                    ? step.Play.Keep((object)await Auth(step).RequestRefreshingTokenFromUrlAsync(
                        step.Text("url"), cancellation))
                    : step.Play.Keep(await Auth(step).RequestTokenFromUrlAsync(step.Text("url"), cancellation)) },
                { "open", async (step, cancellation) => step.Play.Keep(await Store(step).OpenAsync(
                    Credentials(step), step.Text("account", null), cancellation)) },
                { "login", async (step, cancellation) => step.Play.Keep(await LogInAsync(step, cancellation)) },
                { "redirect_wait", async (step, cancellation) => await Listener(step).WaitAsync(
                    step.Text("state", null), cancellation) },
            };

        internal static object Run(Step step)
        {
            string name = step.Verb;
            if (name.StartsWith(StartPrefix, StringComparison.Ordinal))
            {
                name = name.Substring(StartPrefix.Length);
                Func<Step, CancellationToken, Task<object>> begin;
                if (!InBackground.TryGetValue(name, out begin))
                {
                    throw new Failed($"there is no verb {step.Verb}");
                }
                step.CheckArguments(All[name].Arguments);
                return step.Play.Keep(new Work(cancellation => begin(step.Of(name), cancellation)));
            }
            Verb verb;
            if (!All.TryGetValue(name, out verb))
            {
                throw new Failed($"there is no verb {name}");
            }
            if (verb.Arguments != null)
            {
                step.CheckArguments(verb.Arguments);
            }
            object result = verb.Run(step);
            return name == "wait" ? result : step.Play.Keep(result);
        }

        private static object Done(Action call)
        {
            call();
            return null;
        }

        private static string Needed(Step step, string argument)
        {
            step.Text(argument);
            return argument;
        }

        private static ScopeSet A(Step step)
        {
            return step.Scopes(Needed(step, "a"));
        }

        private static ScopeSet B(Step step)
        {
            return step.Scopes(Needed(step, "b"));
        }

        private static Credentials Credentials(Step step)
        {
            return step.Object<Credentials>("credentials");
        }

        private static PreparedRequest Request(Step step)
        {
            return step.Object<PreparedRequest>("request");
        }

        private static UserAuth Auth(Step step)
        {
            return step.Object<UserAuth>("auth");
        }

        private static RedirectListener Listener(Step step)
        {
            return step.Object<RedirectListener>("listener");
        }

        private static RefreshingToken Refreshing(Step step)
        {
            return step.Object<RefreshingToken>("token");
        }

        private static TokenStore Store(Step step)
        {
            return step.Object<TokenStore>("store");
        }

        private static Sender SenderOf(Step step, string argument)
        {
            return (step.Play.Named(step.Text(argument)) as CustomSender)?.Sender ?? step.Object<Sender>(argument);
        }

        private static object Refreshing(
            Step step, Func<Credentials, Token> plain, Func<RefreshingCredentials, RefreshingToken> refreshing)
        {
            if (!step.Flag("refreshing"))
            {
                return plain(Credentials(step));
            }
            using (var credentials = new RefreshingCredentials(Credentials(step)))
            {
                return refreshing(credentials);
            }
        }

        private sealed class Verb
        {
            internal Verb(string arguments, Func<Step, object> run)
            {
                Arguments = arguments;
                Run = run;
            }

            /// <summary>Those that it takes; null for any.</summary>
            internal string Arguments { get; }

            internal Func<Step, object> Run { get; }
        }
    }
}
