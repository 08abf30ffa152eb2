using System;

namespace Clef
{
    /// <summary>How to ask for authorisation.</summary>
    [Flags]
    public enum AuthorisationFlags
    {
        /// <summary>In the usual way.</summary>
        None = 0,

        /// <summary>Ask the user again even if they agreed before.</summary>
        ShowDialog = 1,

        /// <summary>
        /// Use proof key for code exchange (RFC 7636), which needs no client secret: for programs that their users
        /// have.
        /// </summary>
        Pkce = 2,
    }
}
