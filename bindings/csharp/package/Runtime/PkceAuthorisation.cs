namespace Clef
{
    /// <summary>A login with PKCE that was begun: where to send the user, and what to keep for its second step.</summary>
    public sealed class PkceAuthorisation
    {
        internal PkceAuthorisation(string url, string verifier)
        {
            Url = url;
            Verifier = verifier;
        }

        /// <summary>Where to send the user. It is for them and no log: the state is in it.</summary>
        public string Url { get; }

        /// <summary>What <see cref="Credentials.RequestPkceToken"/> needs. <b>Secret</b>.</summary>
        public string Verifier { get; }

        /// <summary>The name of the class; no secret.</summary>
        public override string ToString()
        {
            return nameof(PkceAuthorisation);
        }
    }
}
