namespace Clef
{
    /// <summary>What a program can do about an error. Treat one that you do not know as <see cref="None"/>.</summary>
    public enum Remedy
    {
        /// <summary>Nothing: it worked, it was wanted, or it is a bug in clef.</summary>
        None = 0,

        /// <summary>Try again later, after <see cref="ClefException.RetryAfter"/> where that is known.</summary>
        RetryLater = 1,

        /// <summary>Send the user through a login.</summary>
        LogIn = 2,

        /// <summary>
        /// Look at the client id, the client secret, the redirect URI, the scopes, or where tokens are stored: the
        /// message says which.
        /// </summary>
        FixSettings = 3,

        /// <summary>The program calls clef wrongly: see the comment of the method.</summary>
        FixCall = 4,
    }
}
