using System;
using System.Collections;
using System.Collections.Generic;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// A set of scope names: sorted, each once, known to clef or not. Immutable; any thread may use it at any time.
    /// </summary>
    /// <remarks>
    /// Two sets are equal where they have the same names. Disposing of a set frees its memory at once; where that is
    /// left out, the finaliser does it.
    /// </remarks>
    public sealed class ScopeSet : IReadOnlyCollection<string>, IEquatable<ScopeSet>, IDisposable
    {
        internal ScopeSet(ScopeSetHandle handle)
        {
            Handle = handle;
        }

        /// <summary>The set of these scopes, in any order.</summary>
        /// <exception cref="ClefException"><see cref="Status.InvalidArgument"/>: clef does not know one of them;
        /// give that to <see cref="Parse"/> by its name.</exception>
        public ScopeSet(params Scope[] scopes)
        {
            if (scopes == null)
            {
                throw new ArgumentNullException(nameof(scopes));
            }
            ScopeSetHandle set;
            IntPtr error;
            Status status = NativeMethods.clef_scope_set_of(scopes, (UIntPtr)scopes.Length, out set, out error);
            Failure.Check(status, error);
            Handle = set;
        }

        /// <summary>A new empty set.</summary>
        public static ScopeSet Empty
        {
            get { return new ScopeSet(NativeMethods.clef_scope_set_new()); }
        }

        /// <summary>A new set of the 11 scopes that read.</summary>
        public static ScopeSet Read
        {
            get { return new ScopeSet(NativeMethods.clef_scope_set_read()); }
        }

        /// <summary>A new set of the 6 scopes that write.</summary>
        public static ScopeSet Write
        {
            get { return new ScopeSet(NativeMethods.clef_scope_set_write()); }
        }

        /// <summary>
        /// A new set of the 17 scopes of the Web API, so without <c>app-remote-control</c> and <c>streaming</c>.
        /// </summary>
        public static ScopeSet Every
        {
            get { return new ScopeSet(NativeMethods.clef_scope_set_every()); }
        }

        /// <summary>How many scopes the set has.</summary>
        public int Count
        {
            get
            {
                using (var lease = new Lease(Handle))
                {
                    return (int)NativeMethods.clef_scope_set_len(lease.Pointer);
                }
            }
        }

        internal ScopeSetHandle Handle { get; }

        /// <summary>The set of the names in a text, which spaces separate. Any name is legal.</summary>
        public static ScopeSet Parse(string text)
        {
            ScopeSetHandle set;
            IntPtr error;
            Status status = NativeMethods.clef_scope_set_parse(Utf8.Argument(text, nameof(text)), out set, out error);
            Failure.Check(status, error);
            return new ScopeSet(set);
        }

        /// <summary>What is in either set.</summary>
        public static ScopeSet operator +(ScopeSet left, ScopeSet right)
        {
            ScopeSetHandle set;
            IntPtr error;
            Status status = NativeMethods.clef_scope_set_union(
                Given(left, nameof(left)), Given(right, nameof(right)), out set, out error);
            Failure.Check(status, error);
            return new ScopeSet(set);
        }

        /// <summary>What is in the left set but not in the right one.</summary>
        public static ScopeSet operator -(ScopeSet left, ScopeSet right)
        {
            ScopeSetHandle set;
            IntPtr error;
            Status status = NativeMethods.clef_scope_set_difference(
                Given(left, nameof(left)), Given(right, nameof(right)), out set, out error);
            Failure.Check(status, error);
            return new ScopeSet(set);
        }

        /// <summary>Whether both have the same names, or both are null.</summary>
        public static bool operator ==(ScopeSet left, ScopeSet right)
        {
            return ReferenceEquals(left, right) || (!ReferenceEquals(left, null) && left.Equals(right));
        }

        /// <summary>Whether they are not equal.</summary>
        public static bool operator !=(ScopeSet left, ScopeSet right)
        {
            return !(left == right);
        }

        /// <summary>Whether the set has a scope of this name.</summary>
        public bool Contains(string name)
        {
            return NativeMethods.clef_scope_set_contains(Handle, Utf8.Argument(name, nameof(name)));
        }

        /// <summary>Whether the set has this scope.</summary>
        public bool Contains(Scope scope)
        {
            string name = scope.Name();
            return name != null && Contains(name);
        }

        /// <summary>Whether all of this set is in the other one.</summary>
        public bool IsSubsetOf(ScopeSet other)
        {
            return NativeMethods.clef_scope_set_is_subset(Handle, Given(other, nameof(other)));
        }

        /// <inheritdoc/>
        public bool Equals(ScopeSet other)
        {
            return !ReferenceEquals(other, null) && NativeMethods.clef_scope_set_equals(Handle, other.Handle);
        }

        /// <inheritdoc/>
        public override bool Equals(object other)
        {
            return Equals(other as ScopeSet);
        }

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            return Joined().GetHashCode();
        }

        /// <summary>The names in sorted order, as they are at the time of the call.</summary>
        public IEnumerator<string> GetEnumerator()
        {
            using (var lease = new Lease(Handle))
            {
                var names = new string[(int)NativeMethods.clef_scope_set_len(lease.Pointer)];
                for (var index = 0; index < names.Length; index++)
                {
                    names[index] = Utf8.Borrowed(NativeMethods.clef_scope_set_get(lease.Pointer, (UIntPtr)index));
                }
                return ((IEnumerable<string>)names).GetEnumerator();
            }
        }

        IEnumerator IEnumerable.GetEnumerator()
        {
            return GetEnumerator();
        }

        /// <summary>The names, sorted and joined by spaces.</summary>
        public override string ToString()
        {
            return Handle.IsClosed ? "ScopeSet (disposed)" : Joined();
        }

        /// <summary>Frees the set.</summary>
        public void Dispose()
        {
            Handle.Dispose();
        }

        /// <summary>The handle of an argument that may be null.</summary>
        internal static ScopeSetHandle HandleOf(ScopeSet set)
        {
            return ReferenceEquals(set, null) ? ScopeSetHandle.Null : set.Handle;
        }

        private static ScopeSetHandle Given(ScopeSet set, string name)
        {
            if (ReferenceEquals(set, null))
            {
                throw new ArgumentNullException(name);
            }
            return set.Handle;
        }

        private string Joined()
        {
            using (var lease = new Lease(Handle))
            {
                return Utf8.Borrowed(NativeMethods.clef_scope_set_to_string(lease.Pointer));
            }
        }
    }
}
