#!/bin/sh
# A compiler for one target: zig.sh <zig> <tool> <target> arguments… Zig spells processors with underscores and Arm's
# architectures as features, and takes -mtune for -mcpu; except where it hands everything to clang (-E), which has no C
# library's version in a target's name either.
zig=$1
tool=$2
target=$3
shift 3
case $tool in cc | c++) ;; *) exec "$zig" "$tool" "$@" ;; esac
case " $* " in
*" -E "*) exec "$zig" "$tool" -target "${target%%.*}" "$@" ;;
esac
left=$#
while [ "$left" -gt 0 ]; do
  argument=$1
  shift
  left=$((left - 1))
  case $argument in
  -march=armv8-a) argument=-march=generic ;;
  -march=armv8.2-a) argument=-march=generic+v8_2a ;;
  -march=*) argument="-march=$(printf %s "${argument#-march=}" | tr - _)" ;;
  -mtune=*) continue ;;
  esac
  set -- "$@" "$argument"
done
exec "$zig" "$tool" -target "$target" -fno-sanitize=undefined "$@"
