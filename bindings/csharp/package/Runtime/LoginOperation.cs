using System;
using Clef.Native;

namespace Clef
{
    /// <summary>A login under way. Cancelling it gives its port back within milliseconds.</summary>
    public sealed class LoginOperation : Operation<RefreshingToken>
    {
        internal LoginOperation(OperationHandle handle, Runtime runtime)
            : base(handle, runtime, Operation.RefreshingTokenOf)
        {
        }

        /// <summary>
        /// Where to send the user; null while the store of <see cref="LoginOptions.Store"/> is not looked at yet. It is
        /// for the user and no log.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.AlreadyUsed"/> where the login ended before that.</exception>
        public string Url
        {
            get
            {
                IntPtr url, error;
                Status status = NativeMethods.clef_operation_url(Handle, out url, out error);
                if (status == Status.Busy)
                {
                    NativeMethods.clef_error_free(error);
                    return null;
                }
                Failure.Check(status, error);
                return Utf8.Owned(url);
            }
        }

        /// <summary>
        /// Ends the waiting with the URL that the user was sent back to: pasted, or got from the system by an app that
        /// has registered the scheme of the redirect URI. The redirect is waited for at the same time.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.StateMismatch"/>, <see cref="Status.MissingParameter"/>,
        /// <see cref="Status.RepeatedParameter"/>: it is no URL of this login, which goes on waiting.
        /// <see cref="Status.AlreadyUsed"/>: the login does not wait any more. <see cref="Status.Busy"/>: its store is
        /// not looked at yet.</exception>
        public void Paste(string url)
        {
            IntPtr error;
            Failure.Check(NativeMethods.clef_login_paste(Handle, Utf8.Argument(url, nameof(url)), out error), error);
        }
    }
}
