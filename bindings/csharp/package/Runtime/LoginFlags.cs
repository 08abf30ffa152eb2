using System;

namespace Clef
{
    /// <summary>How to log a user in.</summary>
    [Flags]
    public enum LoginFlags
    {
        /// <summary>In the usual way.</summary>
        None = 0,

        /// <summary>Ask the user again even if they agreed before; always so without PKCE.</summary>
        ShowDialog = AuthorisationFlags.ShowDialog,

        /// <summary>
        /// Use proof key for code exchange; done in any case where the credentials have no client secret.
        /// </summary>
        Pkce = AuthorisationFlags.Pkce,

        /// <summary>Open no browser: you show the URL.</summary>
        NoBrowser = 512,
    }
}
