using System;
using System.Linq;
using Clef;

namespace ClefTests
{
    /// <summary>Scope sets, tokens, texts and times.</summary>
    internal static class Values
    {
        public static void ScopeSetsAreValues()
        {
            ScopeSet email = new ScopeSet(Scope.UserReadEmail), top = ScopeSet.Parse("user-top-read");
            ScopeSet both = email + top;
            Check.Equal("user-read-email user-top-read", both.ToString());
            Check.Equal(2, both.Count);
            Check.That(both.SequenceEqual(new[] { "user-read-email", "user-top-read" }), "they are in order");
            Check.That(both - top == email, "a difference");
            Check.Equal(email.GetHashCode(), ScopeSet.Parse(" user-read-email ").GetHashCode());
            Check.That(both != email && email != null && !(null == email) && !email.Equals("x"), "they differ");
            Check.That(both.Contains(Scope.UserTopRead) && !email.Contains("user-top-read"), "what is in them");
            Check.That(!both.Contains((Scope)12345), "nobody knows that scope");
            Check.That(email.IsSubsetOf(both) && !both.IsSubsetOf(email), "subsets");
            Check.That(ScopeSet.Read + ScopeSet.Write == ScopeSet.Every, "reading and writing is all");
            Check.Equal(0, (both - both).Count);
            Check.That(ScopeSet.Empty == new ScopeSet(), "nothing is empty");
            Check.Fails(Status.InvalidArgument, () => new ScopeSet((Scope)12345));
            Check.Throws<ArgumentNullException>(() => (email + null).Dispose());
            Check.Throws<ArgumentNullException>(() => ScopeSet.Parse(null));
        }

        public static void EveryScopeHasItsName()
        {
            foreach (Scope scope in Enum.GetValues(typeof(Scope)))
            {
                string name = scope.Name();
                Check.Equal(scope == Scope.Unknown, name == null);
                Check.Equal(scope, ScopeNames.FromName(name));
                string expected = string.Concat(scope.ToString().Select(
                    (letter, index) => index > 0 && char.IsUpper(letter) ? "-" + letter : letter.ToString()));
                Check.Equal(name ?? "unknown", expected.ToLowerInvariant());
            }
        }

        public static void StatusesAreThoseOfTheLibrary()
        {
            foreach (Status status in Enum.GetValues(typeof(Status)))
            {
                Check.Equal(
                    "CLEF_STATUS_" + status.ToString().ToUpperInvariant(),
                    status.Name().Replace("_", "").Replace("CLEFSTATUS", "CLEF_STATUS_"));
            }
            Check.Equal("CLEF_STATUS_UNKNOWN", ((Status)12345).Name());
            Check.Equal(Remedy.LogIn, Status.LoginRequired.UsualRemedy());
            Check.Equal(ClefVersion.Number.ToString(), ClefVersion.Text);
        }

        public static void TextsAreUtf8()
        {
            using (var credentials = new Credentials("Änne ☂ 𝄞", null, "https://example.com/callback"))
            {
                Check.Equal("Änne ☂ 𝄞", credentials.ClientId);
                string url = credentials.UserAuthorisationUrl(null, "𝄞");
                Check.That(url.Contains("state=%F0%9D%84%9E"), "the state is UTF-8");
            }
            Check.Throws<ArgumentException>(() => new Credentials("a\0b"));
            var error = Check.Throws<ArgumentException>(() => new Credentials("id", "s3cret\ud800"));
            Check.That(!error.ToString().Contains("s3cret"), "the secret is not repeated");
            Check.Equal("clientSecret", error.ParamName);
            Check.Throws<ArgumentNullException>(() => new Credentials(null));
        }

        public static void LongTextsOfAnyLength()
        {
            // The end of a text is looked for in words of eight bytes.
            for (var length = 1; length < 40; length++)
            {
                string text = new string('a', length);
                using (ScopeSet set = ScopeSet.Parse(text + " b"))
                {
                    Check.Equal(text + " b", set.ToString());
                    Check.Equal(text, set.First());
                }
            }
        }

        public static void TokensHaveTimes()
        {
            using (Token client = Token.FromJson("{\"access_token\": \"a\", \"expires_in\": 100}"))
            {
                Check.That(client.ExpiresIn > TimeSpan.FromSeconds(90), "it lives for 100 s");
                TimeSpan left = client.ExpiresAt.Value - DateTimeOffset.UtcNow;
                Check.That(left > TimeSpan.FromSeconds(90) && left <= TimeSpan.FromSeconds(100), "and ends then");
                Check.Equal<DateTimeOffset?>(null, client.AuthorisedAt);
                Check.Equal<DateTimeOffset?>(DateTimeOffset.MaxValue, client.GrantExpiresAt);
                Check.Equal(null, client.RefreshToken);
                Check.That(!client.IsExpiring && !client.UsesPkce, "it is a fresh client token");
            }
            using (Token user = Token.FromJson("{\"refresh_token\": \"r\", \"scope\": \"streaming\"}", true))
            using (Token stamped = user.WithAuthorisedAt(DateTimeOffset.FromUnixTimeSeconds(1700000000)))
            {
                Check.Equal<DateTimeOffset?>(null, user.GrantExpiresAt);
                Check.Equal(1715638400, stamped.GrantExpiresAt.Value.ToUnixTimeSeconds());
                Check.Equal(1700000000, stamped.AuthorisedAt.Value.ToUnixTimeSeconds());
                Check.That(user.IsExpiring && user.UsesPkce && user.ExpiresIn <= TimeSpan.Zero, "it has expired");
                Check.Equal("user-top-read", user.MissingScopes(ScopeSet.Parse("streaming user-top-read")).ToString());
                using (Token read = Token.FromJson(stamped.ToJson()))
                {
                    Check.Equal(stamped.ToJson(), read.ToJson());
                }
            }
            using (Token ancient = Token.FromJson("{\"access_token\": \"a\", \"expires_at\": -9223372036854775808}"))
            {
                Check.Equal<DateTimeOffset?>(DateTimeOffset.MinValue, ancient.ExpiresAt);
                Check.That(ancient.ExpiresIn < TimeSpan.Zero && ancient.ToString().Length > 0, "it has expired");
            }
            Check.Fails(Status.InvalidArgument, () => Token.FromJson("{}"));
            const string Config = "[DEFAULT]\nSPOTIFY_USER_REFRESH = r1\n[x]\nSPOTIFY_USER_REFRESH = r2\n";
            Check.Equal("r1", Token.FromTekoreConfig(Config).RefreshToken);
            Check.Equal("r2", Token.FromTekoreConfig(Config, "x").RefreshToken);
        }

        public static void RedirectsAreRead()
        {
            Check.Equal(43, Redirect.GenerateState().Length);
            Check.Equal("c d", Redirect.ParseCode("http://127.0.0.1/callback?code=c+d&state=s"));
            Check.Equal("s", Redirect.ParseState("/callback?code=c&state=s"));
            ClefException error = Check.Fails(
                Status.AccessDenied, () => Redirect.ParseCode("?error=access_denied&state=s"));
            Check.Equal("access_denied", error.OAuthError);
            Check.Equal(Remedy.LogIn, error.Remedy);
            Check.Fails(Status.InvalidArgument, () => Redirect.GenerateState(1));
            Check.Throws<ArgumentOutOfRangeException>(() => Redirect.GenerateState(-1));
        }
    }
}
