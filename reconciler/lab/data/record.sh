#!/bin/bash
# sshd's forced command of `lab up --record`: run what the client asked for, keep every byte that it sends.
log=/run/lab/input.log
printf '# %s: %s\n' "$USER" "${SSH_ORIGINAL_COMMAND-(shell)}" >> "$log"
if [ -n "${SSH_TTY-}" ]; then
    exec script --quiet --flush --append --return --log-in "$log" --command "${SSH_ORIGINAL_COMMAND:-$SHELL -l}"
elif [ -n "${SSH_ORIGINAL_COMMAND-}" ]; then
    exec "$SHELL" -c "$SSH_ORIGINAL_COMMAND" < <(exec tee -a "$log" 2> /dev/null)
fi
exec "$SHELL" -l < <(exec tee -a "$log" 2> /dev/null)
