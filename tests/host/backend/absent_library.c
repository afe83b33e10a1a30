/* Linked against, but not there under its recorded name when the module is loaded. */
int narrows_absent(void);
int narrows_absent(void) {
    return 0;
}
