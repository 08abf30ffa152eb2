using System;
using Clef.Native;

namespace Clef
{
    /// <summary>Why a call failed. It never repeats a secret, so it may be logged.</summary>
    public sealed class ClefException : Exception
    {
        /// <summary>A failure of your own, of a sender or a store, with the usual remedy of its status.</summary>
        public ClefException(Status status, string message) : base(message)
        {
            Status = status;
            Remedy = NativeMethods.clef_status_remedy(status);
        }

        internal ClefException(
            Status status, Remedy remedy, string message, string oauthError, string oauthDescription, int httpStatus,
            long retryAfter) : base(message)
        {
            Status = status;
            Remedy = remedy;
            OAuthError = oauthError;
            OAuthDescription = oauthDescription;
            HttpStatus = httpStatus == 0 ? (int?)null : httpStatus;
            RetryAfter = retryAfter < 0 ? (TimeSpan?)null : Times.Duration(retryAfter);
        }

        /// <summary>What went wrong.</summary>
        public Status Status { get; }

        /// <summary>What to do about it: can be more exact than that of the status.</summary>
        public Remedy Remedy { get; }

        /// <summary>The service's <c>error</c>, such as <c>invalid_scope</c>; null where it gave none.</summary>
        public string OAuthError { get; }

        /// <summary>
        /// The service's <c>error_description</c>; null where it gave none. For logs: never branch on it, its words
        /// change.
        /// </summary>
        public string OAuthDescription { get; }

        /// <summary>The HTTP status that the service answered with; null where there was no answer.</summary>
        public int? HttpStatus { get; }

        /// <summary>After what time the service wants to be asked again; null where it did not say.</summary>
        public TimeSpan? RetryAfter { get; }
    }
}
