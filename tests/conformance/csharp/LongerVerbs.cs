using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Clef;
using Clef.Callbacks;

namespace Conformance
{
    /// <summary>The verbs that take more than one call.</summary>
    internal static partial class Verbs
    {
        private const uint ReadAndWriteByOwner = 0x180;

        [DllImport("libc", SetLastError = true)]
        private static extern int chmod(string path, uint mode);

        private static object Between(Step step)
        {
            string text = step.Text("text"), after = step.Text("after");
            int begin = text.IndexOf(after, StringComparison.Ordinal);
            if (begin < 0)
            {
                throw new Failed($"there is no {after} in {text}");
            }
            text = text.Substring(begin + after.Length);
            int end = text.IndexOf(step.Text("before"), StringComparison.Ordinal);
            return end < 0 ? text : text.Substring(0, end);
        }

        private static object WriteFile(Step step)
        {
            File.WriteAllText(step.Text("path"), step.Text("text"));
            if (chmod(step.Text("path"), ReadAndWriteByOwner) != 0)
            {
                throw new Failed("chmod failed");
            }
            return null;
        }

        private static object ScopesKnown(Step step)
        {
            Scope[] scopes = step.Text("names").Split(' ').Select(ScopeNames.FromName).ToArray();
            return step.Play.Keep(new ScopeSet(scopes)).ToString();
        }

        private static object HttpSender(Step step)
        {
            return Sender.Http(new HttpSenderOptions
            {
                Timeout = step.Milliseconds("timeout_ms", 30000),
                ConnectTimeout = step.Milliseconds("connect_timeout_ms", 10000),
                UserAgent = step.Text("user_agent", null),
            });
        }

        private static object NewCustomSender(Step step)
        {
            if (step.Has("status"))
            {
                TokenResponse response = Response(step);
                return new CustomSender((request, cancellation) => Task.FromResult(response));
            }
            if (step.Has("failure"))
            {
                Status status = Step.StatusNamed(step.Text("failure"));
                bool isSent = step.Flag("sent");
                string message = step.Text("message", "failed");
                return new CustomSender((request, cancellation) => throw new SendException(status, isSent, message));
            }
            if (step.Has("forward"))
            {
                return new CustomSender(SenderOf(step, "forward"));
            }
            if (!step.Flag("carry"))
            {
                throw new Failed("custom_sender needs to know what to do");
            }
            return new CustomSender(step.Play.Sandbox.CarryAsync);
        }

        private static TokenResponse Response(Step step)
        {
            var response = new TokenResponse((int)step.Number("status"), step.Text("body", ""));
            foreach (string argument in new[] { "header", "header2" }.Where(step.Has))
            {
                string[] parts = step.Text(argument).Split(new[] { ": " }, 2, StringSplitOptions.None);
                response.WithHeader(parts[0], parts[1]);
            }
            return response;
        }

        private static object NewCredentials(Step step)
        {
            string redirectUri = step.Text("redirect_uri", "http://127.0.0.1/callback");
            var credentials = new Credentials(
                step.Text("client_id", "sandbox-client"), step.Text("secret", null),
                redirectUri == "none" ? null : redirectUri, step.Has("sender") ? SenderOf(step, "sender") : null);
            string accountsUrl = step.Text("accounts_url", step.Play.Sandbox.Url);
            if (accountsUrl == "none")
            {
                return credentials;
            }
            using (credentials)
            {
                return credentials.WithAccountsUrl(accountsUrl);
            }
        }

        private static object Carry(Step step)
        {
            PreparedRequest request = Request(step);
            DateTimeOffset sentAt = DateTimeOffset.UtcNow;
            TokenResponse response = step.Play.Sandbox.CarryAsync(request.Request, CancellationToken.None).Result;
            return request.Finish(response, sentAt);
        }

        private static object RedirectWaitTwice(Step step)
        {
            RedirectListener listener = Listener(step);
            Task<Outcome>[] waits = Enumerable.Range(0, 2)
                .Select(_ => Task.Factory.StartNew(
                    () => Outcome.Of(() => listener.Wait(null, TimeSpan.FromSeconds(20))),
                    TaskCreationOptions.LongRunning))
                .ToArray();
            int first = Task.WaitAny(waits);
            listener.Cancel();
            Outcome other = waits[1 - first].Result;
            if (other.Status != Status.Cancelled)
            {
                throw new Failed($"the other one ends as {other}");
            }
            return waits[first].Result.Get();
        }

        private static async Task<RefreshingToken> LogInAsync(Step step, CancellationToken cancellation)
        {
            Credentials credentials = Credentials(step);
            ScopeSet scopes = step.Scopes("scopes");
            SandboxClient sandbox = step.Play.Sandbox;
            var options = new LoginOptions
            {
                Flags = (LoginFlags)step.AuthorisationFlags(),
                Timeout = step.Milliseconds("timeout_ms", 300000),
                Store = step.Has("store") ? Store(step) : null,
                Account = step.Text("account", null),
            };
            switch (step.Text("user"))
            {
                case "approve":
                case "deny":
                    options.ShowUrl = url => sandbox.Visit(
                        sandbox.LogIn(url, step.Text("user")));
                    return await credentials.LogInAsync(scopes, options, cancellation);
                case "nobody":
                    options.ShowUrl = url => { };
                    return await credentials.LogInAsync(scopes, options, cancellation);
                case "cancel":
                    using (var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
                    {
                        options.ShowUrl = url => cancelled.Cancel();
                        return await credentials.LogInAsync(scopes, options, cancelled.Token);
                    }
                case "paste":
                    options.Flags |= LoginFlags.NoBrowser;
                    using (LoginOperation login = credentials.StartLogin(Runtime.Shared, scopes, options))
                    {
                        login.Paste(sandbox.LogIn(login.Url, "approve"));
                        return await login.WaitAsync(cancellation);
                    }
                case "none":
                    options.Flags |= LoginFlags.NoBrowser;
                    return credentials.LogIn(scopes, options);
                default:
                    throw new Failed($"there is no user {step.Text("user")}");
            }
        }

        private static object Prompt(Step step)
        {
            Console.Out.Flush();
            try
            {
                return Prompts.ForToken(Credentials(step));
            }
            finally
            {
                Console.WriteLine();
            }
        }

        private static object AccessToken(Step step)
        {
            RefreshingToken token = Refreshing(step);
            if (!step.Has("concurrently"))
            {
                return token.GetAccessToken();
            }
            // Half of them block, half of them await.
            Task<Outcome>[] reads = Enumerable.Range(0, (int)step.Number("concurrently"))
                .Select(index => Task.Factory.StartNew(
                    () => Outcome.Of(() => index % 2 == 0
                        ? token.GetAccessToken()
                        : token.GetAccessTokenAsync().GetAwaiter().GetResult()),
                    TaskCreationOptions.LongRunning))
                .ToArray();
            Task.WaitAll(reads);
            Outcome first = reads[0].Result;
            foreach (Outcome other in reads.Select(read => read.Result))
            {
                if (other.Status != first.Status || (string)other.Result != (string)first.Result)
                {
                    throw new Failed($"one ends as {first}, another as {other}");
                }
            }
            return first.Get();
        }

        private static object TryAccessToken(Step step)
        {
            string accessToken;
            // In C# it is no exception.
            return Refreshing(step).TryGetAccessToken(out accessToken)
                ? accessToken
                : throw new ClefException(Status.WouldBlock, "it has to be refreshed first");
        }

        private static object KeepFresh(Step step)
        {
            Refreshing(step).KeepFresh(step.Play.Keep(new Runtime()));
            return null;
        }

        private static object Listen(Step step)
        {
            var listening = new Listening(Step.StatusNamed(step.Text("answers", "OK")));
            Refreshing(step).SetListener(listening.Hear);
            return listening;
        }

        private static object WaitForItself(Step step)
        {
            using (var sender = new PolledSender(TimeSpan.FromSeconds(30)))
            using (var credentials = new Credentials(Credentials(step).ClientId, "secret", null, sender))
            {
                sender.NextExchange();
                return credentials.RequestClientToken();
            }
        }
    }
}
