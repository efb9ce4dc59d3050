#ifndef TCX_STACK_H
#define TCX_STACK_H

#if defined(__GNUC__)
#define TCX_NOT_INLINE __attribute__((noinline))
#else
#define TCX_NOT_INLINE
#endif

/*
 * Wipes the stack below the caller, because a signature and its hash leave keys and words of midstates in their frames.
 * It needs hardly more stack than they have used there.
 */
TCX_NOT_INLINE void tcx_stack_wipe(void);

#endif
