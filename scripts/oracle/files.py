"""Writes test/fixtures/io/files.json: files that NumPy wrote, with what is in them: python scripts/oracle/files.py

`exact` files are what ndops must write byte for byte. `throws` is the code of the error that reading must give.
"""

import base64
import io
import pathlib
import warnings
import zipfile

import numpy as np

import codec
from truth import DTYPES, tensor
from values import edges, small

PATH = pathlib.Path(__file__).resolve().parents[2] / "test/fixtures/io/files.json"
warnings.simplefilter("ignore")
cases = []


def add(name, data, **expected):
    cases.append({"name": name, "file": base64.b64encode(data).decode(), **expected})


def npy(x, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, x, version=version)
    return file.getvalue()


def good(name, x, data=None, exact=False):
    add(name, npy(x) if data is None else data, gives=codec.encode_tensor(x), **({"exact": True} if exact else {}))


for dtype in DTYPES:
    good(f"{dtype}.npy", edges(dtype), exact=True)
    if dtype not in ("bool", "uint8", "int8", "bfloat16"):
        x = edges(dtype)
        good(f"{dtype} big-endian.npy", x, npy(x.astype(x.dtype.newbyteorder(">"))))
for shape in [(), (1,), (0,), (2, 3), (2, 0, 3), (3, 1, 2, 2), (1,) * 32]:
    good(f"{len(shape)} axes of {'x'.join(map(str, shape[:4]))}.npy", small("float32", shape), exact=True)
for dtype in ("float32", "bool", "complex128", "bfloat16"):
    for shape in [(2, 3), (2, 3, 4), (1, 4, 1)]:
        good(f"{dtype} Fortran {shape}.npy", small(dtype, shape).T, exact=True)
x = small("int16", (2, 3, 2))
good("Fortran big-endian.npy", x, npy(np.asfortranarray(x).astype(">i2")))
for version in [(2, 0), (3, 0)]:
    good(f"version {version}.npy", x, npy(x, version))
good("followed by another.npy", x, npy(x) + npy(x + 1))

for name, x in [("object", np.array([1, None], object)), ("structured", np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])),
                ("subarray", np.zeros(1, [("a", "f4", (2, 2))])), ("bytes", np.array([b"ab"])), ("text", np.array(["ab"])),
                ("date", np.array(["2020-01-01"], "M8[D]")), ("span", np.array([3], "m8[s]")), ("long double", np.array([1], np.longdouble)),
                ("raw", np.array([b"abc"], "V3"))]:
    add(f"{name}.npy", npy(x), throws="ERR_NDOPS_DTYPE")


def npz(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def archive(name, data, arrays, exact=False):
    add(name, data, arrays={key: codec.encode_tensor(x) for key, x in arrays.items()}, **({"exact": True} if exact else {}))


several = {"kernel": small("float32", (3, 4)), "bias": small("bfloat16", (4,)), "steps": tensor(7, "int64"), "turned": small("complex64", (2, 3)).T}
odd = {"": small("bool", (2,)), "größe ∑": small("uint8", (2,)), "a/b": small("int8", (1,)), "__proto__": small("int16", (1,)), "file.npy": small("int32", (1,))}
for name, arrays in [("several", several), ("odd names", odd), ("nothing", {})]:
    archive(f"{name}.npz", npz(np.savez, **arrays), arrays, exact=True)
    archive(f"{name} compressed.npz", npz(np.savez_compressed, **arrays), arrays)
archive("zeros.npz", npz(np.savez_compressed, x=np.zeros(3000, "i1")), {"x": np.zeros(3000, "i1")})

file = io.BytesIO(npz(np.savez, x=small("float32", (2,))))
with zipfile.ZipFile(file, "a") as z:
    z.writestr("readme.txt", "no array")
    z.comment = b"PK\x05\x06 and more"
archive("other files and a comment.npz", file.getvalue(), {"x": small("float32", (2,))})
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 10, 0
archive("zip64 throughout.npz", npz(np.savez, **several), several)
archive("zip64 compressed.npz", npz(np.savez_compressed, **several), several)
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 2**31 - 1, 2**16 - 1
add("an object.npz", npz(np.savez, x=np.arange(2), y=np.array([None])), throws="ERR_NDOPS_DTYPE")
file = io.BytesIO()
with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as z:
    z.writestr("x.npy", npy(np.arange(99)))
add("bzip2.npz", file.getvalue(), throws="ERR_NDOPS_FORMAT")


class Far(io.BytesIO):
    """A file whose beginning was left out."""

    def __init__(self, skipped):
        super().__init__()
        self.skipped = skipped

    def tell(self):
        return super().tell() + self.skipped


def directory(entries):
    """The end of an archive too large to be made."""
    end = max(e["offset"] + e["packed"] for e in entries) + 100
    with zipfile.ZipFile(io.BytesIO(), "w") as z:
        for e in entries:
            info = zipfile.ZipInfo(e["name"])
            info.file_size, info.compress_size, info.CRC, info.header_offset = e["size"], e["packed"], e["crc"], e["offset"]
            info.external_attr, info.extract_version, info.create_version = 0o600 << 16, 45, 45
            z.filelist.append(info)
        z.start_dir, z.fp = end, Far(end)
        z._write_end_record()
        data = z.fp.getvalue()
        z._didModify = False
    return {"entries": [{**e, "method": 0} for e in entries], "offset": end, "bytes": base64.b64encode(data).decode()}


near = {"name": "near.npy", "crc": 123456789, "packed": 1000, "size": 1000, "offset": 0}
large = {"name": "large.npy", "crc": 2**32 - 1, "packed": 3 * 2**30, "size": 3 * 2**30, "offset": 1100}
far = {"name": "far.npy", "crc": 0, "packed": 200, "size": 200, "offset": 5 * 2**30}
directories = [directory([near]), directory([near, large]), directory([near, large, far]),
               directory([{**near, "offset": 2**31 - 1100, "name": "x"}])]
codec.write(PATH, {"directories": directories, "cases": cases})
print(f"{PATH.stat().st_size / 1000:6.1f} kB  {len(cases)} files")
