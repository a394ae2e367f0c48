#!/bin/sh
# The compiler for OpenBLAS: gemm.sh <compiler> <an empty object> arguments… We call gemm alone: what gemm never calls,
# nine tenths of the library, becomes an empty object.
compiler=$1
empty=$2
shift 2
output=
before=
for argument; do
  [ "$before" = -o ] && output=$argument
  before=$argument
done
# For Windows, objects are called .obj.
case $PWD/${output%bj} in
*/interface/cblas_[sdcz]gemm.o | */driver/level3/[sdcz]gemm_*.o) ;;
*/kernel/*gemm3m*.o | */kernel/sbgemm*.o) exec cp "$empty" "$output" ;;
*/kernel/[sdcz]gemm*.o | */kernel/setparam_*.o | */driver/others/*.o) ;;
*/interface/*.o | */driver/level[23]/*.o | */kernel/*.o) exec cp "$empty" "$output" ;;
esac
exec "$compiler" "$@"
