using System;
using System.Threading;
using System.Threading.Tasks;

namespace Clef
{
    /// <summary>
    /// Tells what happens to a token that refreshes itself, by looking: its events come from <see cref="Poll"/>, on the
    /// thread that calls it. One thread at a time may use it.
    /// </summary>
    /// <remarks>
    /// It sees a new token soon after it is used; where each one has to be stored before it is used, give the token to a
    /// <see cref="TokenStore"/>. Nothing of clef calls back into your code for it, so it is safe under IL2CPP and across
    /// a domain reload.
    /// </remarks>
    public sealed class TokenWatcher : IDisposable
    {
        private readonly RefreshingToken token;
        private Token seen;
        private ClefException seenError;
        private DateTimeOffset? warnedOf;

        /// <summary>Watches a token from now on: what it is at this time is no news.</summary>
        public TokenWatcher(RefreshingToken token)
        {
            if (token == null)
            {
                throw new ArgumentNullException(nameof(token));
            }
            this.token = token.Clone();
            seen = token.Current;
        }

        /// <summary>
        /// There is a new token: save it, where no store does. If a handler throws, <see cref="Poll"/> does so too, and
        /// tells it again the next time.
        /// </summary>
        public event EventHandler<TokenEventArgs> Changed;

        /// <summary>
        /// A refresh failed, or its token could not be stored; a token that is still valid goes on being served.
        /// </summary>
        public event EventHandler<TokenEventArgs> Failed;

        /// <summary>The grant is dead: the user has to log in again.</summary>
        public event EventHandler<TokenEventArgs> LoginRequired;

        /// <summary>
        /// The grant ends within <see cref="GrantWarning"/>: a good time to ask the user for another login. Told once
        /// for each grant.
        /// </summary>
        public event EventHandler<TokenEventArgs> GrantExpiring;

        /// <summary>How long before the end of the grant to warn of it; two weeks unless set.</summary>
        public TimeSpan GrantWarning { get; set; } = TimeSpan.FromDays(14);

        /// <summary>Raises the events for what has happened since the last time. No network, never blocks.</summary>
        public void Poll()
        {
            // Before the token: an error that is older than it says nothing of it.
            ClefException error = token.LastError;
            using (Token current = token.Current)
            {
                bool hasChanged = !current.IsSameAs(seen);
                if (hasChanged)
                {
                    Raise(Changed, TokenEvent.Changed, current, null);
                    seen.Dispose();
                    seen = current.Clone();
                }
                if (IsNews(error))
                {
                    bool isDead = error.Status == Status.LoginRequired;
                    TokenEvent kind = isDead ? TokenEvent.LoginRequired
                        : hasChanged ? TokenEvent.SaveFailed : TokenEvent.RefreshFailed;
                    Raise(isDead ? LoginRequired : Failed, kind, current, error);
                }
                seenError = error;
                DateTimeOffset? end = current.GrantExpiresAt;
                if (end.HasValue && end != warnedOf && end.Value - DateTimeOffset.UtcNow < GrantWarning)
                {
                    warnedOf = end;
                    Raise(GrantExpiring, TokenEvent.GrantExpiring, current, null);
                }
            }
        }

        /// <summary>Polls until it is cancelled, or until a handler throws.</summary>
        public async Task RunAsync(TimeSpan interval, CancellationToken cancellation)
        {
            while (true)
            {
                Poll();
                await Task.Delay(interval, cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>Ends the watching.</summary>
        public void Dispose()
        {
            seen.Dispose();
            token.Dispose();
        }

        private bool IsNews(ClefException error)
        {
            return error != null
                && (seenError == null || error.Status != seenError.Status || error.Message != seenError.Message);
        }

        private void Raise(
            EventHandler<TokenEventArgs> handlers, TokenEvent kind, Token current, ClefException error)
        {
            if (handlers != null)
            {
                // A clone, since the handlers may keep theirs.
                handlers(this, new TokenEventArgs(kind, current.Clone(), error));
            }
        }
    }
}
