/* What the dynamic loader does for a program that does nothing. */
int main(void) {
  return 0;
}
