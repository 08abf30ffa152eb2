using System;

namespace Clef
{
    /// <summary>How to prompt for a login at the terminal.</summary>
    [Flags]
    public enum PromptFlags
    {
        /// <summary>In the usual way.</summary>
        None = 0,

        /// <summary>Ask the user again even if they agreed before.</summary>
        ShowDialog = AuthorisationFlags.ShowDialog,

        /// <summary>Use proof key for code exchange, which needs no client secret.</summary>
        Pkce = AuthorisationFlags.Pkce,

        /// <summary>Open the login in the desktop's browser. It is shown as text in any case.</summary>
        OpenBrowser = 256,
    }
}
