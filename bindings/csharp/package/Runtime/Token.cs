using System;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// An access token of the program or of a user, as it was at one time. Immutable; any thread may use it at any
    /// time.
    /// </summary>
    /// <remarks>
    /// Disposing of a token wipes it with the last thing that uses it; where that is left out, the finaliser does it.
    /// A string that was read from it is copied by .NET and not wiped.
    /// </remarks>
    public sealed class Token : IDisposable
    {
        private const uint UsesPkceFlag = 1;

        internal Token(TokenHandle handle)
        {
            Handle = handle;
        }

        /// <summary>
        /// The access token, for the header <c>Authorization: Bearer …</c>; empty where the refresh token alone is
        /// known. <b>Secret</b>.
        /// </summary>
        public string AccessToken
        {
            get
            {
                using (var lease = new Lease(Handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_token_access_token(lease.Pointer));
                }
            }
        }

        /// <summary>The refresh token; null for a client token. <b>Secret</b>.</summary>
        public string RefreshToken
        {
            get
            {
                using (var lease = new Lease(Handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_token_refresh_token(lease.Pointer));
                }
            }
        }

        /// <summary>How the token is used, as the service said it: <c>Bearer</c>.</summary>
        public string TokenType
        {
            get
            {
                using (var lease = new Lease(Handle))
                {
                    return Utf8.Borrowed(NativeMethods.clef_token_token_type(lease.Pointer));
                }
            }
        }

        /// <summary>What the user allowed, as a new set; empty for a client token.</summary>
        public ScopeSet Scopes
        {
            get
            {
                using (var lease = new Lease(Handle))
                {
                    return new ScopeSet(
                        NativeMethods.clef_scope_set_clone(NativeMethods.clef_token_scopes(lease.Pointer)));
                }
            }
        }

        /// <summary>When the token expires; null where that is not known.</summary>
        public DateTimeOffset? ExpiresAt
        {
            get { return Times.Time(NativeMethods.clef_token_expires_at(Handle)); }
        }

        /// <summary>
        /// In what time from now the token expires; negative once it has. Neither a clock that was set back nor a
        /// computer that slept makes it longer.
        /// </summary>
        public TimeSpan ExpiresIn
        {
            get { return Times.Duration(NativeMethods.clef_token_expires_in(Handle)); }
        }

        /// <summary>Whether the token has less than 60 seconds left.</summary>
        public bool IsExpiring
        {
            get { return NativeMethods.clef_token_is_expiring(Handle); }
        }

        /// <summary>Whether the token comes from a login with PKCE.</summary>
        public bool UsesPkce
        {
            get { return NativeMethods.clef_token_uses_pkce(Handle); }
        }

        /// <summary>When the user logged in; null where that is not known, and for a client token.</summary>
        public DateTimeOffset? AuthorisedAt
        {
            get { return Times.Time(NativeMethods.clef_token_authorised_at(Handle)); }
        }

        /// <summary>
        /// About when the grant ends and the user has to log in again: six months after the login, however often the
        /// token was refreshed. An estimate, for a warning. Null where the login is not known,
        /// <see cref="DateTimeOffset.MaxValue"/> for a client token.
        /// </summary>
        public DateTimeOffset? GrantExpiresAt
        {
            get { return Times.Time(NativeMethods.clef_token_grant_expires_at(Handle)); }
        }

        internal TokenHandle Handle { get; }

        /// <summary>
        /// Reads a token response of the service, a token that <see cref="ToJson"/> saved, or a <c>.cache</c> file of
        /// spotipy.
        /// </summary>
        /// <param name="json">The JSON.</param>
        /// <param name="usesPkce">Whether the token comes from a login with PKCE. What the JSON itself says
        /// wins.</param>
        /// <exception cref="ClefException"><see cref="Status.InvalidArgument"/>: it is not JSON, has no token, or a
        /// member of the wrong type.</exception>
        public static Token FromJson(string json, bool usesPkce = false)
        {
            TokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_token_from_json(
                Utf8.Argument(json, nameof(json)), Flags(usesPkce), out token, out error);
            Failure.Check(status, error);
            return new Token(token);
        }

        /// <summary>
        /// Reads the refresh token from a configuration file of tekore: the token has expired, and is refreshed before
        /// it is used.
        /// </summary>
        /// <param name="config">The text of the file.</param>
        /// <param name="section">Its section; null for tekore's own.</param>
        /// <param name="usesPkce">Whether the token comes from a login with PKCE.</param>
        public static Token FromTekoreConfig(string config, string section = null, bool usesPkce = false)
        {
            TokenHandle token;
            IntPtr error;
            Status status = NativeMethods.clef_token_from_tekore_config(
                Utf8.Argument(config, nameof(config)), Utf8.Optional(section, nameof(section)), Flags(usesPkce),
                out token, out error);
            Failure.Check(status, error);
            return new Token(token);
        }

        /// <summary>The JSON to save, on one line. <b>Secret</b>.</summary>
        public string ToJson()
        {
            IntPtr json, error;
            Failure.Check(NativeMethods.clef_token_to_json(Handle, out json, out error), error);
            return Utf8.Owned(json);
        }

        /// <summary>
        /// Those of the wanted scopes that the user has not allowed. Where that is not empty, log the user in with
        /// <see cref="Scopes"/> + <paramref name="wanted"/>: a login replaces the one before, scopes and all.
        /// </summary>
        public ScopeSet MissingScopes(ScopeSet wanted)
        {
            if (wanted == null)
            {
                throw new ArgumentNullException(nameof(wanted));
            }
            ScopeSetHandle missing;
            IntPtr error;
            Status status = NativeMethods.clef_token_missing_scopes(Handle, wanted.Handle, out missing, out error);
            Failure.Check(status, error);
            return new ScopeSet(missing);
        }

        /// <summary>
        /// A new token, the same but for the time of the login: for a token that another library saved.
        /// </summary>
        public Token WithAuthorisedAt(DateTimeOffset? authorisedAt)
        {
            TokenHandle changed;
            IntPtr error;
            Status status = NativeMethods.clef_token_with_authorised_at(
                Handle, Times.Seconds(authorisedAt), out changed, out error);
            Failure.Check(status, error);
            return new Token(changed);
        }

        /// <summary>The same token for another owner, who disposes of it too.</summary>
        public Token Clone()
        {
            using (var lease = new Lease(Handle))
            {
                return new Token(NativeMethods.clef_token_clone(lease.Pointer));
            }
        }

        /// <summary>When it expires and what it is good for; no secret.</summary>
        public override string ToString()
        {
            if (Handle.IsClosed)
            {
                return "Token (disposed)";
            }
            using (ScopeSet scopes = Scopes)
            {
                return $"Token (expires {ExpiresAt:u}; {scopes})";
            }
        }

        /// <summary>Frees the token, and wipes it with the last of what uses it.</summary>
        public void Dispose()
        {
            Handle.Dispose();
        }

        /// <summary>Whether this is the very token that the other one is, and not its successor.</summary>
        internal bool IsSameAs(Token other)
        {
            using (var mine = new Lease(Handle))
            using (var theirs = new Lease(other.Handle))
            {
                return Utf8.AreEqual(
                        NativeMethods.clef_token_access_token(mine.Pointer),
                        NativeMethods.clef_token_access_token(theirs.Pointer))
                    && Utf8.AreEqual(
                        NativeMethods.clef_token_refresh_token(mine.Pointer),
                        NativeMethods.clef_token_refresh_token(theirs.Pointer));
            }
        }

        private static uint Flags(bool usesPkce)
        {
            return usesPkce ? UsesPkceFlag : 0;
        }
    }
}
