using System;
using Clef.Native;

namespace Clef
{
    /// <summary>What a login takes along to the service and back, for those who do it step by step.</summary>
    public static class Redirect
    {
        private const int UsualStateBytes = 32;

        /// <summary>A new random state, URL-safe. <b>Secret</b>.</summary>
        /// <param name="byteCount">From 16 to 96 random bytes.</param>
        public static string GenerateState(int byteCount = UsualStateBytes)
        {
            if (byteCount < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(byteCount));
            }
            IntPtr state, error;
            Failure.Check(NativeMethods.clef_gen_state((UIntPtr)byteCount, out state, out error), error);
            return Utf8.Owned(state);
        }

        /// <summary>
        /// The code in the URL that a user was redirected to: a whole URL, a request target or a bare query.
        /// <b>Secret</b>.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.MissingParameter"/>,
        /// <see cref="Status.RepeatedParameter"/>; <see cref="Status.AccessDenied"/> or <see cref="Status.OAuth"/> for a
        /// URL with <c>error=</c>: verify its state before you believe that.</exception>
        public static string ParseCode(string url)
        {
            IntPtr code, error;
            Status status = NativeMethods.clef_parse_code_from_url(
                Utf8.Argument(url, nameof(url)), out code, out error);
            Failure.Check(status, error);
            return Utf8.Owned(code);
        }

        /// <summary>The state in such a URL. <b>Secret</b>.</summary>
        /// <exception cref="ClefException"><see cref="Status.MissingParameter"/>,
        /// <see cref="Status.RepeatedParameter"/>.</exception>
        public static string ParseState(string url)
        {
            IntPtr state, error;
            Status status = NativeMethods.clef_parse_state_from_url(
                Utf8.Argument(url, nameof(url)), out state, out error);
            Failure.Check(status, error);
            return Utf8.Owned(state);
        }
    }
}
