"""BPMN 2.0, DMN and FEEL: the standards, without clock, I/O or framework."""
