using System;
using System.Threading;
using System.Threading.Tasks;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// Does work in the background. The <c>…Async</c> methods use <see cref="Shared"/>; a runtime of your own is for
    /// those who want to end all of its work at one time, or who use the callbacks of <c>Clef.Callbacks</c> and want
    /// them on one thread. Any thread may use it at any time.
    /// </summary>
    public sealed class Runtime : IDisposable
    {
        private static readonly Lazy<Runtime> SharedRuntime = new Lazy<Runtime>(() => new Runtime(true));

        private readonly bool isShared;

        /// <summary>A runtime of your own. It starts no thread yet.</summary>
        public Runtime() : this(false)
        {
        }

        private Runtime(bool isShared)
        {
            RuntimeHandle runtime;
            IntPtr error;
            Failure.Check(NativeMethods.clef_runtime_new(out runtime, out error), error);
            Handle = runtime;
            this.isShared = isShared;
        }

        /// <summary>The runtime of the process, or in Unity of the domain, with which it ends.</summary>
        public static Runtime Shared
        {
            get { return SharedRuntime.Value; }
        }

        /// <summary>
        /// A file descriptor that is readable while a callback waits; null where there is none. Borrowed.
        /// </summary>
        public int? FileDescriptor
        {
            get
            {
                int descriptor = NativeMethods.clef_runtime_fd(Handle);
                return descriptor < 0 ? (int?)null : descriptor;
            }
        }

        internal RuntimeHandle Handle { get; }

        /// <summary>
        /// Runs the callbacks that wait, on this thread, and says how many those were. Without <c>Clef.Callbacks</c>
        /// there are none.
        /// </summary>
        public int RunCallbacks()
        {
            return (int)NativeMethods.clef_runtime_run_callbacks(Handle);
        }

        /// <summary>
        /// Blocks until a callback waits or <see cref="Wake"/> is called; false where the time is up before.
        /// </summary>
        /// <exception cref="ClefException"><see cref="Status.Cancelled"/> once the runtime is closed.</exception>
        public bool Wait(TimeSpan timeout)
        {
            IntPtr error;
            Status status = NativeMethods.clef_runtime_wait(Handle, Times.Milliseconds(timeout), out error);
            return !IsTimeout(status, error);
        }

        /// <summary><see cref="Wait"/> without blocking this thread.</summary>
        public async Task WaitAsync(CancellationToken cancellation = default(CancellationToken))
        {
            cancellation.ThrowIfCancellationRequested();
            var pace = new Pace();
            while (!Wait(TimeSpan.Zero))
            {
                await pace.NextAsync().ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        /// <summary>Ends one <see cref="Wait"/>, the one under way or the next.</summary>
        public void Wake()
        {
            NativeMethods.clef_runtime_wake(Handle);
        }

        /// <summary>
        /// Ends all work and all threads of the runtime: what is under way ends as <see cref="Status.Cancelled"/>, but
        /// a refresh that may have reached the service is finished first. False where that takes longer than
        /// <paramref name="timeout"/>.
        /// </summary>
        public bool Close(TimeSpan timeout)
        {
            CheckIsOwn();
            IntPtr error;
            Status status = NativeMethods.clef_runtime_close(Handle, Times.Milliseconds(timeout), out error);
            return !IsTimeout(status, error);
        }

        /// <summary><see cref="Close"/>, for as long as it takes, without blocking.</summary>
        public Task CloseAsync(CancellationToken cancellation = default(CancellationToken))
        {
            return Background.Run(() => Close(Timeout.InfiniteTimeSpan), cancellation);
        }

        /// <summary>Closes the runtime, for as long as that takes, and frees it.</summary>
        public void Dispose()
        {
            CheckIsOwn();
            if (!Handle.IsClosed)
            {
                // Before the handle, which a thread that waits would keep.
                Close(Timeout.InfiniteTimeSpan);
                Handle.Dispose();
            }
        }

        internal static RuntimeHandle HandleOf(Runtime runtime)
        {
            return (runtime ?? throw new ArgumentNullException(nameof(runtime))).Handle;
        }

        /// <summary>Whoever waits for work of the shared runtime pumps it, since nobody else does.</summary>
        internal void RunCallbacksIfShared()
        {
            if (isShared)
            {
                RunCallbacks();
            }
        }

        private static bool IsTimeout(Status status, IntPtr error)
        {
            if (status != Status.Timeout)
            {
                Failure.Check(status, error);
                return false;
            }
            NativeMethods.clef_error_free(error);
            return true;
        }

        private void CheckIsOwn()
        {
            if (isShared)
            {
                throw new InvalidOperationException("The shared runtime belongs to everybody: make one of your own.");
            }
        }
    }
}
