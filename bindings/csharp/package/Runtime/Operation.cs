using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>Makes operations of the handles of clef.</summary>
    internal static class Operation
    {
        internal static Operation<Token> OfToken(OperationHandle handle, Runtime runtime, SenderPump pump)
        {
            handle.KeepAnswered(pump);
            return new Operation<Token>(handle, runtime, TokenOf);
        }

        internal static Operation<RefreshingToken> OfRefreshingToken(
            OperationHandle handle, Runtime runtime, SenderPump pump)
        {
            handle.KeepAnswered(pump);
            return new Operation<RefreshingToken>(handle, runtime, RefreshingTokenOf);
        }

        internal static RefreshingToken RefreshingTokenOf(OperationHandle operation)
        {
            RefreshingTokenHandle token;
            IntPtr error;
            Failure.Check(NativeMethods.clef_operation_refreshing_token(operation, out token, out error), error);
            token.KeepAnswered(operation.Pump);
            return new RefreshingToken(token);
        }

        private static Token TokenOf(OperationHandle operation)
        {
            TokenHandle token;
            IntPtr error;
            Failure.Check(NativeMethods.clef_operation_token(operation, out token, out error), error);
            return new Token(token);
        }
    }

    /// <summary>
    /// One piece of work under way in a <see cref="Runtime"/>, for those who poll: <see cref="IsDone"/> once a frame,
    /// then <see cref="GetResult"/>. It goes on when this is disposed of: <see cref="Cancel"/> ends it. Any thread may
    /// use it at any time.
    /// </summary>
    /// <typeparam name="TResult">What it gives.</typeparam>
    public class Operation<TResult> : IDisposable where TResult : class
    {
        private readonly Func<OperationHandle, TResult> resultOf;

        internal Operation(OperationHandle handle, Runtime runtime, Func<OperationHandle, TResult> resultOf)
        {
            Handle = handle;
            Runtime = runtime;
            this.resultOf = resultOf;
        }

        /// <summary>Whether it is done: <see cref="GetResult"/> gives its result, or says what went wrong.</summary>
        public bool IsDone
        {
            get { return NativeMethods.clef_operation_is_done(Handle); }
        }

        /// <summary>How it ended; <see cref="Clef.Status.Busy"/> until it is done.</summary>
        public Status Status
        {
            get
            {
                IntPtr error;
                Status status = NativeMethods.clef_operation_status(Handle, out error);
                NativeMethods.clef_error_free(error);
                return status;
            }
        }

        internal OperationHandle Handle { get; }

        internal Runtime Runtime { get; }

        /// <summary>Blocks until it is done, whether it worked or not; false where the time is up before.</summary>
        public bool Wait(TimeSpan timeout)
        {
            IntPtr error;
            Status status = NativeMethods.clef_operation_wait(Handle, Times.Milliseconds(timeout), out error);
            if (status == Status.Timeout)
            {
                NativeMethods.clef_error_free(error);
                return false;
            }
            Failure.Check(status, error);
            return true;
        }

        /// <summary>
        /// Its result, once it is done. Cancelling ends the operation: no refresh token is lost by that, since one that
        /// may have reached the service is carried through, and where that gives the result, it is given here.
        /// </summary>
        /// <exception cref="OperationCanceledException">It was cancelled by <paramref name="cancellation"/>.</exception>
        public async Task<TResult> WaitAsync(CancellationToken cancellation = default(CancellationToken))
        {
            using (cancellation.Register(CancelUnlessDisposed))
            {
                var pace = new Pace();
                while (!IsDone)
                {
                    Runtime.RunCallbacksIfShared();
                    await pace.NextAsync().ConfigureAwait(false);
                }
            }
            try
            {
                return GetResult();
            }
            catch (ClefException error)
                when (error.Status == Status.Cancelled && cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(error.Message, error, cancellation);
            }
        }

        /// <summary>Ends the operation as <see cref="Clef.Status.Cancelled"/>, unless it is done.</summary>
        public void Cancel()
        {
            NativeMethods.clef_operation_cancel(Handle);
        }

        /// <summary>Its result, as often as you ask; a new object each time.</summary>
        /// <exception cref="ClefException"><see cref="Clef.Status.Busy"/> until it is done; then what the blocking call
        /// would have said.</exception>
        public TResult GetResult()
        {
            return resultOf(Handle);
        }

        /// <summary>The access token of its result. <b>Secret</b>.</summary>
        /// <exception cref="ClefException"><see cref="Clef.Status.Unsupported"/> where the result refreshes itself; else
        /// as <see cref="GetResult"/>.</exception>
        public string GetAccessToken()
        {
            IntPtr accessToken, error;
            Failure.Check(NativeMethods.clef_operation_access_token(Handle, out accessToken, out error), error);
            return Utf8.Owned(accessToken);
        }

        /// <summary>The same operation for another owner, who disposes of it too.</summary>
        public Operation<TResult> Clone()
        {
            OperationHandle clone = NativeMethods.clef_operation_clone(Handle);
            clone.KeepAnswered(Handle.Pump);
            return new Operation<TResult>(clone, Runtime, resultOf);
        }

        /// <summary>Frees the handle; the operation goes on.</summary>
        public void Dispose()
        {
            Handle.Dispose();
        }

        private void CancelUnlessDisposed()
        {
            try
            {
                Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It goes on, since its owner wanted it so.
            }
        }
    }
}
