using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace Paas.Images.Interop;

/// <summary>
/// Passes raw paths to the kernel. File names are bytes: many are UTF-8, none has to be. A raw path is a string with one
/// character per byte (Latin-1), so that every name survives the way from a tar into a directory and back, and ordinal order
/// is the order of the bytes.
/// </summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(ManagedToUnmanagedIn))]
internal static unsafe class RawPathMarshaller
{
    public ref struct ManagedToUnmanagedIn
    {
        private byte[]? _array;
        private Span<byte> _bytes;

        public static int BufferSize => 512;

        public void FromManaged(string managed, Span<byte> buffer)
        {
            _bytes = managed.Length < buffer.Length ? buffer : _array = GC.AllocateUninitializedArray<byte>(managed.Length + 1);
            var length = Encoding.Latin1.GetBytes(managed, _bytes);
            if (_bytes[..length].Contains((byte)0)) throw new ArgumentException("a path cannot contain a zero byte");
            _bytes[length] = 0;
        }

        public readonly ref byte GetPinnableReference() => ref _bytes[0];

        public readonly byte* ToUnmanaged() => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _bytes[0]);

        public void Free() => _array = null;
    }
}
