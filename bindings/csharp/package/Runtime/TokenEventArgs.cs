using System;

namespace Clef
{
    /// <summary>What happened to a token that refreshes itself.</summary>
    public sealed class TokenEventArgs : EventArgs
    {
        internal TokenEventArgs(TokenEvent kind, Token token, ClefException error)
        {
            Kind = kind;
            Token = token;
            Error = error;
        }

        /// <summary>What happened.</summary>
        public TokenEvent Kind { get; }

        /// <summary>The new token for <see cref="TokenEvent.Changed"/>, else the one at hand.</summary>
        public Token Token { get; }

        /// <summary>What failed; null unless something did.</summary>
        public ClefException Error { get; }
    }
}
