using System;
using System.Threading;
using System.Threading.Tasks;
using Clef;

namespace ClefTests
{
    /// <summary>Logins of users, and the redirects that end them.</summary>
    internal static class UserLogins
    {
        public static void TheUrlIsShownByTheProgram()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            {
                var options = new LoginOptions { ShowUrl = url => Sandbox.Visit(Sandbox.Agree(url)) };
                using (RefreshingToken token = credentials.LogIn(new ScopeSet(Scope.UserReadEmail), options))
                using (RefreshingToken again = credentials.LogInAsync(null, options).Result)
                {
                    Check.Equal("user-read-email", token.Scopes.ToString());
                    Check.That(again.UsesPkce, "there is no secret");
                }
                options.ShowUrl = url => throw new InvalidOperationException("there is no screen");
                Check.Throws<InvalidOperationException>(() => credentials.LogInAsync(null, options));
                options.ShowUrl = null;
                options.Flags = LoginFlags.NoBrowser;
                Check.Fails(Status.NoBrowser, () => credentials.LogIn(null, options));
            }
        }

        public static void ALoginIsPolled()
        {
            using (var runtime = new Runtime())
            using (Credentials credentials = Sandbox.PublicCredentials())
            using (LoginOperation login = credentials.StartLogin(
                runtime, null, new LoginOptions { Flags = LoginFlags.NoBrowser }))
            {
                Check.Fails(Status.StateMismatch, () => login.Paste("/callback?code=x&state=forged"));
                Check.That(!login.IsDone, "it goes on");
                login.Paste(Sandbox.Agree(login.Url));
                Check.That(login.Wait(TimeSpan.FromSeconds(20)), "it is done");
                login.GetResult().Dispose();
                Check.Fails(Status.Unsupported, () => login.GetAccessToken());
            }
        }

        public static void ACancelledLoginGivesItsPortBack()
        {
            using (var listener = new RedirectListener("http://127.0.0.1/callback"))
            {
                string uri = listener.Uri;
                listener.Dispose();
                using (Credentials spotify = Sandbox.PublicCredentials())
                using (Credentials credentials = spotify.WithRedirectUri(uri))
                using (var cancellation = new CancellationTokenSource())
                {
                    var options = new LoginOptions { ShowUrl = url => cancellation.Cancel() };
                    var error = Check.Throws<OperationCanceledException>(
                        () => credentials.LogInAsync(null, options, cancellation.Token));
                    Check.Equal(cancellation.Token, error.CancellationToken);
                    new RedirectListener(uri).Dispose();
                }
            }
        }

        public static void ALoginThatNobodyAnswersTimesOut()
        {
            using (Credentials credentials = Sandbox.PublicCredentials())
            {
                var options = new LoginOptions { ShowUrl = url => { }, Timeout = TimeSpan.FromMilliseconds(50) };
                Check.Fails(Status.Timeout, () => credentials.LogInAsync(null, options));
                options.Account = "anna";
                Check.Fails(Status.InvalidArgument, () => credentials.LogInAsync(null, options));
            }
        }

        public static void ARedirectIsReceived()
        {
            using (var listener = new RedirectListener("http://127.0.0.1/callback"))
            using (var cancellation = new CancellationTokenSource())
            {
                listener.SetPage("Thanks", null);
                Task<string> first = listener.WaitAsync("s", cancellation.Token);
                cancellation.Cancel();
                Check.Throws<OperationCanceledException>(() => first);

                Task<string> redirect = listener.WaitAsync("s");
                Check.Equal(400, Sandbox.Visit(listener.Uri + "?code=c&state=forged"));
                Check.Equal(200, Sandbox.Visit(listener.Uri + "?code=c&state=s"));
                Check.Equal(listener.Uri + "?code=c&state=s", redirect.Result);

                Check.Fails(Status.Timeout, () => listener.Wait(null, TimeSpan.FromMilliseconds(1)));
                // What is left until a time that is over is not for ever.
                foreach (double left in new[] { -2, -0.5, -1.5, -3000 })
                {
                    Task late = Task.Run(() => Check.Fails(
                        Status.InvalidArgument,
                        () => listener.Wait(null, TimeSpan.FromTicks((long)(left * TimeSpan.TicksPerMillisecond)))));
                    Check.That(late.Wait(20000), "it does not wait");
                }
                Task waits = Task.Factory.StartNew(() => WaitUntilFree(listener), TaskCreationOptions.LongRunning);
                SpinWait.SpinUntil(() => IsBusy(listener), 20000);
                string uri = listener.Uri;
                listener.Dispose();
                Check.Fails(Status.Cancelled, () => waits);
                new RedirectListener(uri).Dispose();
                Check.Throws<ObjectDisposedException>(() => listener.Wait(null, TimeSpan.Zero));
            }
        }

        /// <summary>Waits for ever, after whoever only looks.</summary>
        private static void WaitUntilFree(RedirectListener listener)
        {
            while (true)
            {
                try
                {
                    listener.Wait(null, Timeout.InfiniteTimeSpan);
                    return;
                }
                catch (ClefException error) when (error.Status == Status.Busy)
                {
                }
            }
        }

        private static bool IsBusy(RedirectListener listener)
        {
            try
            {
                listener.Wait(null, TimeSpan.Zero);
            }
            catch (ClefException error)
            {
                return error.Status == Status.Busy;
            }
            return false;
        }
    }
}
