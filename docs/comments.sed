# What Doxygen shall read: comments behind a declaration, and those of the C header.
s,^([^/"]*[;{,(][[:space:]]*)//[[:space:]],\1///< ,
s,^([[:space:]]*[A-Za-z_0-9]+[[:space:]]+)//[[:space:]],\1///< ,
1s,^/\*[[:space:]],/** @file\n * ,
s,^([[:space:]]*)/\*[[:space:]],\1/** ,
s,^([^/"]*[;\,A-Za-z0-9][[:space:]]*)/\*[[:space:]],\1/**< ,
